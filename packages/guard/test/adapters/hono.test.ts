import type { AddressInfo } from 'node:net'
import { createAdaptorServer } from '@hono/node-server'
import { Hono } from 'hono'
import { cors } from 'hono/cors'
import { expect, test } from 'vitest'
import { protect } from '../../src/adapters/hono.js'
import type { Guard } from '../../src/guard.js'
import { makeGuard, makeKey } from '../issuer.js'
import { earlier, routes, testAdapter } from './conformance.js'

/** The routes of the conformance list. */
function appOf(guard: Guard) {
  const app = new Hono()
  app.use('*', async (c, next) => {
    for (const [name, value] of Object.entries(earlier)) c.header(name, value)
    await next()
  })
  app.use('/cors/*', cors())
  app.all('/orders', protect(guard, routes['/orders']), (c) => c.json({ subject: c.var.auth.subject }))
  app.post('/echo', protect(guard, routes['/echo']), async (c) => c.text(await c.req.text()))
  app.get('/admin', protect(guard, routes['/admin']), (c) => c.body(null))
  app.get('/strict', protect(guard, routes['/strict']), (c) => c.body(null))
  app.get('/recent', protect(guard, routes['/recent']), (c) => c.body(null))
  app.get('/public', protect(guard, routes['/public']), ({ json, var: { auth, authError } }) =>
    json({ subject: auth?.subject ?? null, reason: authError?.code ?? null }),
  )
  app.all('/elsewhere', protect(guard, routes['/elsewhere']), (c) => c.json({ subject: c.var.auth.subject }))
  app.get('/broken', protect(guard, routes['/broken']), () => {
    throw new Error('broken')
  })
  app.onError((error, c) => c.json({ error: error.message }, 500))
  return app
}

testAdapter('Hono', async (guard) => {
  const server = createAdaptorServer({ fetch: appOf(guard).fetch })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return { url, close: () => void server.close() }
})

test("what Hono's own CORS middleware exposes stays exposed", async () => {
  const app = new Hono()
  app.use('*', cors({ origin: 'https://app.example.com', exposeHeaders: ['X-Total', 'www-authenticate'] }))
  app.get('/', protect(makeGuard({ keys: makeKey('ES256', 'key').jwk })), (c) => c.body(null))
  const { headers } = await app.request('/', { headers: { origin: 'https://app.example.com' } })
  expect(headers.get('access-control-expose-headers')).toMatch(/^X-Total, ?www-authenticate$/)
  expect(headers.get('access-control-allow-origin')).toBe('https://app.example.com')
})

test('a route that cannot be is refused before the first request', () => {
  const guard = makeGuard({ keys: makeKey('ES256', 'key').jwk })
  expect(() => protect(guard, { scope: '"' })).toThrow(/^scope: /)
})
