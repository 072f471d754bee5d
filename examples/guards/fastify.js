import { protectAll } from '@sessionward/guard/fastify'
import { fastify } from 'fastify'

export function createApp(guard) {
  const app = fastify()
  app.register(protectAll(guard)) // every route, and 404
  app.get('/prices', { config: { auth: false } }, async () => ({ apples: 3 })) // open to everybody
  app.get('/orders', { config: { auth: { scope: 'orders' } } }, async (request) => ({ of: request.auth.subject }))
  return app
}
