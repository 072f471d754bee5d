import type { AddressInfo } from 'node:net'
import { createAdaptorServer } from '@hono/node-server'
import { Hono } from 'hono'
import { expect, onTestFinished, test } from 'vitest'
import { protect } from '../../src/adapters/hono.js'
import type { Guard } from '../../src/guard.js'
import { makeGuard, makeKey, signToken } from '../issuer.js'

const key = makeKey('ES256', 'key')
const token = signToken(key)

/** A Hono app on loopback with a protected route, and one behind a scope that nobody has. */
async function listen(guard: Guard = makeGuard({ keys: key.jwk })): Promise<string> {
  const app = new Hono()
  app.use('*', async (c, next) => {
    c.header('x-earlier', 'kept')
    await next()
  })
  app.get('/orders', protect(guard, { scope: 'orders' }), (c) => c.json({ subject: c.var.auth.subject }))
  app.get('/admin', protect(guard, { scope: 'admin' }), (c) => c.json({}))
  app.post('/orders', protect(guard), async (c) => c.json({ received: await c.req.text() }))
  app.onError((error, c) => c.json({ error: error.message }, 500))
  const server = createAdaptorServer({ fetch: app.fetch })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

function get(url: string, authorization?: string): Promise<Response> {
  return fetch(url, { headers: { connection: 'close', ...(authorization === undefined ? {} : { authorization }) } })
}

test('a request with a valid token reaches the handler, which knows whose it is', async () => {
  const response = await get(`${await listen()}/orders`, `Bearer ${token}`)
  expect(response.status).toBe(200)
  expect(await response.json()).toEqual({ subject: 'user-1' })
})

test('a request without a token is challenged and told as a problem, with the headers of earlier middleware', async () => {
  const response = await get(`${await listen()}/orders`)
  expect(response.status).toBe(401)
  expect(Object.fromEntries(response.headers)).toMatchObject({
    'www-authenticate': 'Bearer',
    'content-type': 'application/problem+json',
    'cache-control': 'no-store',
    'x-earlier': 'kept',
  })
  expect(await response.json()).toMatchObject({ code: 'access_token_missing', verdict: 'refresh', status: 401 })
})

test('a token without the scope is forbidden', async () => {
  const response = await get(`${await listen()}/admin`, `Bearer ${token}`)
  expect(response.status).toBe(403)
  expect(response.headers.get('www-authenticate')).toContain('scope="admin"')
})

test('the body of a request is left for the handler', async () => {
  const response = await fetch(`${await listen()}/orders`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, connection: 'close' },
    body: 'three words here',
  })
  expect(await response.json()).toEqual({ received: 'three words here' })
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
