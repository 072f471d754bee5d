import { pageRoutes, protectPage } from '@sessionward/guard/express'
import { createPageGuard, interstitial } from '@sessionward/guard/page'
import express from 'express'

export function createApp(guard) {
  const pages = createPageGuard(guard, {
    origin: 'https://shop.example.com', // this site, as browsers see it
    signIn: '/sign-in', // must not be guarded
    refresh: interstitial({ server: 'https://auth.example.com' }), // with localStorage: transport: 'body', storage: 'local'
  })
  const app = express()
  app.use(pageRoutes(pages)) // at the root, below /sessionward
  app.get(
    '/orders',
    protectPage(pages, { scope: 'orders' }),
    (req, res) => void res.send(`Orders of ${req.auth.subject}`),
  )
  app.post('/orders', protectPage(pages), express.urlencoded(), (_req, res) => void res.redirect(303, '/orders'))
  return app
}
