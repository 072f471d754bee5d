import { request as httpRequest } from 'node:http'
import express from 'express'
import { expect, onTestFinished, test } from 'vitest'
import { protect } from '../../src/adapters/express.js'
import type { Guard } from '../../src/guard.js'
import { makeGuard, makeKey, signToken } from '../issuer.js'

const key = makeKey('ES256', 'key')
const token = signToken(key)

/** An Express app on loopback with a protected route, and one behind a scope that nobody has. */
async function listen(guard: Guard = makeGuard({ keys: key.jwk })): Promise<string> {
  const app = express()
  app.get('/orders', protect(guard, { scope: 'orders' }), (req, res) => void res.json({ subject: req.auth.subject }))
  app.get('/admin', protect(guard, { scope: 'admin' }), (_, res) => void res.json({}))
  app.post('/orders', protect(guard), async (req, res) => {
    const chunks: Buffer[] = []
    for await (const chunk of req) chunks.push(chunk as Buffer)
    res.json({ received: Buffer.concat(chunks).toString() })
  })
  app.use((error: Error, _req: express.Request, res: express.Response, _next: express.NextFunction) => {
    res.status(500).json({ error: error.message })
  })
  const server = app.listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as { port: number }).port}`
}

function get(url: string, authorization?: string): Promise<Response> {
  return fetch(url, authorization === undefined ? {} : { headers: { authorization } })
}

test('a request with a valid token reaches the handler, which knows whose it is', async () => {
  const response = await get(`${await listen()}/orders`, `Bearer ${token}`)
  expect(response.status).toBe(200)
  expect(await response.json()).toEqual({ subject: 'user-1' })
  expect(response.headers.get('www-authenticate')).toBeNull()
})

test('a request without a token is challenged and told as a problem', async () => {
  const response = await get(`${await listen()}/orders`)
  expect(response.status).toBe(401)
  expect(response.headers.get('www-authenticate')).toBe('Bearer')
  expect(response.headers.get('content-type')).toBe('application/problem+json')
  expect(response.headers.get('cache-control')).toBe('no-store')
  expect(await response.json()).toMatchObject({ code: 'access_token_missing', verdict: 'refresh', status: 401 })
})

test('an expired token is told apart from an invalid one', async () => {
  const expired = await get(`${await listen()}/orders`, `Bearer ${signToken(key, { iat: 1, exp: 2 })}`)
  expect(expired.headers.get('www-authenticate')).toBe('Bearer error="invalid_token", code="access_token_expired"')
  const invalid = await get(`${await listen()}/orders`, `Bearer ${token}x`)
  expect(await invalid.json()).toMatchObject({ code: 'access_token_invalid' })
})

test('a token without the scope is forbidden', async () => {
  const response = await get(`${await listen()}/admin`, `Bearer ${token}`)
  expect(response.status).toBe(403)
  expect(response.headers.get('www-authenticate')).toBe(
    'Bearer error="insufficient_scope", scope="admin", code="insufficient_scope"',
  )
})

test('two Authorization headers are a bad request, although Node would show the first', async () => {
  const url = new URL(`${await listen()}/orders`)
  const status = await new Promise<number | undefined>((resolve, reject) => {
    const request = httpRequest(url, (response) => {
      response.resume()
      resolve(response.statusCode)
    })
    request.on('error', reject)
    request.setHeader('authorization', [`Bearer ${token}`, `Bearer ${token}`] as never)
    request.end()
  })
  expect(status).toBe(400)
})

test('the body of a request is left for the handler', async () => {
  const response = await fetch(`${await listen()}/orders`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}` },
    body: 'three words here',
  })
  expect(await response.json()).toEqual({ received: 'three words here' })
})

test('a guard that cannot tell answers 503 and when to come back', async () => {
  const guard = makeGuard({ keys: () => Promise.reject(new Error('away')) })
  const response = await get(`${await listen(guard)}/orders`, `Bearer ${token}`)
  expect(response.status).toBe(503)
  expect(response.headers.get('retry-after')).toBe('1')
  expect(response.headers.get('www-authenticate')).toBeNull()
})

test('a fault of the program goes to the error handler of the app', async () => {
  const guard = makeGuard({
    keys: key.jwk,
    now: () => {
      throw new Error('no clock')
    },
  })
  const response = await get(`${await listen(guard)}/orders`, `Bearer ${token}`)
  expect(response.status).toBe(500)
})

test('a route that cannot be is refused before the first request', () => {
  expect(() => protect(makeGuard({ keys: key.jwk }), { scope: '"' })).toThrow(/^scope: /)
})
