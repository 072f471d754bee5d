import type { AddressInfo } from 'node:net'
import { createAdaptorServer } from '@hono/node-server'
import { Hono } from 'hono'
import { cors } from 'hono/cors'
import { LinearRouter } from 'hono/router/linear-router'
import { PatternRouter } from 'hono/router/pattern-router'
import { RegExpRouter } from 'hono/router/reg-exp-router'
import { TrieRouter } from 'hono/router/trie-router'
import { expect, test } from 'vitest'
import { protect } from '../../src/adapters/hono.js'
import type { Guard } from '../../src/guard.js'
import { makeGuard, makeKey, signToken } from '../issuer.js'
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

test('an invalid route is rejected before the first request', () => {
  const guard = makeGuard({ keys: makeKey('ES256', 'key').jwk })
  expect(() => protect(guard, { scope: '"' })).toThrow(/^scope: /)
})

const routers = { SmartRouter: undefined, LinearRouter, PatternRouter, RegExpRouter, TrieRouter }

test.each(Object.entries(routers))('wildcards are guarded on the %s', async (_, Router) => {
  const key = makeKey('ES256', 'key')
  const app = new Hono(Router ? { router: new Router() } : {})
  app.use('/api/*', protect(makeGuard({ keys: key.jwk })))
  app.get('/api/orders/:id', (c) => c.text(c.req.param('id')))
  app.get('/open', (c) => c.text('open'))
  const headers = { authorization: `Bearer ${signToken(key)}` }
  const status = async (path: string, init = {}) => (await app.request(path, init)).status

  expect(await status('/api/orders/7')).toBe(401)
  expect(await status('/api')).toBe(401)
  expect(await status('/open')).toBe(200)
  expect(await status('/api/orders/7', { headers })).toBe(200)
})

test('middleware on a pattern with a wildcard in its middle runs', async () => {
  const app = new Hono()
  app.use('/*/admin/*', protect(makeGuard({ keys: makeKey('ES256', 'key').jwk })))
  app.get('/shop/admin/list', (c) => c.text('list'))
  expect((await app.request('/shop/admin/list')).status).toBe(401)
})

test('a handler may return what fetch has returned, whose headers cannot be changed', async () => {
  const key = makeKey('ES256', 'key')
  const app = new Hono()
  app.use('*', async (c, next) => {
    await next()
    c.header('x-later', 'added')
  })
  app.get('/', protect(makeGuard({ keys: key.jwk })), () => fetch('data:text/plain,hello'))
  const response = await app.request('/', { headers: { authorization: `Bearer ${signToken(key)}` } })
  expect([response.status, await response.text(), response.headers.get('x-later')]).toEqual([200, 'hello', 'added'])
})
