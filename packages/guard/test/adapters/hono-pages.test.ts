import type { AddressInfo } from 'node:net'
import { createAdaptorServer } from '@hono/node-server'
import { Hono } from 'hono'
import { expectTypeOf, test } from 'vitest'
import { pageRoutes, protectPage } from '../../src/adapters/hono.js'
import type { GuardError } from '../../src/challenge.js'
import type { PageGuard } from '../../src/page/page-guard.js'
import type { Principal } from '../../src/principal.js'
import { pageRouteOptions as routes, testPages } from './page-conformance.js'

function appOf(pages: PageGuard, mounted: boolean) {
  const app = new Hono()
  app.use('*', async (c, next) => {
    await next()
    c.header('set-cookie', 'earlier=1', { append: true })
  })
  if (mounted) app.use(pageRoutes(pages))
  const orders = protectPage(pages, routes['/orders'])
  app.get('/orders', orders, (c) => c.json({ subject: c.var.auth.subject }))
  app.post('/orders', orders, async (c) => c.json(await c.req.parseBody()))
  app.get('/admin', protectPage(pages, routes['/admin']), (c) => c.body(null))
  app.get('/public', protectPage(pages, routes['/public']), (c) =>
    c.json({ subject: c.var.auth?.subject ?? null, reason: c.var.authError?.code ?? null }),
  )
  app.onError((_, c) => c.body(null, 500))
  return app
}

testPages('Hono', async (pages, mounted) => {
  const server = createAdaptorServer({ fetch: appOf(pages, mounted).fetch })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close: () => void server.close() }
})

test('an optional page may have no principal, which its type says', () => {
  const typed = (pages: PageGuard) => {
    new Hono().get('/', protectPage(pages), (c) => {
      expectTypeOf(c.var.auth).toEqualTypeOf<Principal>()
      return c.body(null)
    })
    new Hono().get('/', protectPage(pages, { optional: true }), (c) => {
      expectTypeOf(c.var.auth).toEqualTypeOf<Principal | undefined>()
      expectTypeOf(c.var.authError).toEqualTypeOf<GuardError | undefined>()
      return c.body(null)
    })
  }
  expectTypeOf(typed).toBeFunction()
})
