import type { AddressInfo } from 'node:net'
import { createAdaptorServer } from '@hono/node-server'
import { Hono } from 'hono'
import { pageRoutes, protectPage } from '../../src/adapters/hono.js'
import type { PageGuard } from '../../src/page/page-guard.js'
import { pageRouteOptions as routes, testPages } from './page-conformance.js'

function appOf(pages: PageGuard) {
  const app = new Hono<{ Variables: { authError?: { code: string } } }>()
  app.use('*', async (c, next) => {
    await next()
    c.header('set-cookie', 'earlier=1', { append: true })
  })
  app.use(pageRoutes(pages))
  const orders = protectPage(pages, routes['/orders'])
  app.get('/orders', orders, (c) => c.json({ subject: c.var.auth.subject }))
  app.post('/orders', orders, async (c) => c.json(await c.req.parseBody()))
  app.get('/admin', protectPage(pages, routes['/admin']), (c) => c.body(null))
  app.get('/public', protectPage(pages, routes['/public']), (c) =>
    c.json({ subject: c.var.auth?.subject ?? null, reason: c.get('authError')?.code ?? null }),
  )
  app.onError((_, c) => c.body(null, 500))
  return app
}

testPages('Hono', async (pages) => {
  const server = createAdaptorServer({ fetch: appOf(pages).fetch })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close: () => void server.close() }
})
