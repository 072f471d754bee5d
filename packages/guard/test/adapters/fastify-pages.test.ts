import { fastify } from 'fastify'
import { pageRoutes, protectPage } from '../../src/adapters/fastify.js'
import { pageRouteOptions as routes, testPages } from './page-conformance.js'

testPages('Fastify 5', async (pages) => {
  const app = fastify()
  app.addHook('onRequest', async (_, reply) => void reply.header('set-cookie', 'earlier=1'))
  app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, body, done) =>
    done(null, Object.fromEntries(new URLSearchParams(String(body)))),
  )
  app.register(pageRoutes(pages))
  const orders = { onRequest: protectPage(pages, routes['/orders']) }
  app.get('/orders', orders, async ({ auth }) => ({ subject: auth.subject }))
  app.post('/orders', orders, async ({ body }) => body)
  app.get('/admin', { onRequest: protectPage(pages, routes['/admin']) }, async () => '')
  app.get('/public', { onRequest: protectPage(pages, routes['/public']) }, async ({ auth, authError }) => ({
    subject: auth?.subject ?? null,
    reason: authError?.code ?? null,
  }))
  const url = await app.listen({ port: 0, host: '127.0.0.1' })
  const close = () => {
    app.server.closeAllConnections()
    void app.close()
  }
  return { url, close }
})
