import { protect } from '@sessionward/guard/express'
import express from 'express'

export function createApp(guard) {
  const app = express()
  app.get('/prices', (_req, res) => res.json({ apples: 3 }))
  app.get('/orders', protect(guard, { scope: 'orders' }), (req, res) => res.json({ of: req.auth.subject }))
  return app
}
