import { protect } from '@sessionward/guard/hono'
import { Hono } from 'hono'

export function createApp(guard) {
  const app = new Hono()
  app.get('/prices', (c) => c.json({ apples: 3 }))
  app.get('/orders', protect(guard, { scope: 'orders' }), (c) => c.json({ of: c.get('auth').subject }))
  return app
}
