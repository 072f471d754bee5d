import { pageRoutes, protectPage } from '@sessionward/guard/express'
import { createPageGuard, redirect } from '@sessionward/guard/page'
import express from 'express'

export function createApp(guard) {
  const pages = createPageGuard(guard, {
    origin: 'https://shop.example.com',
    signIn: '/sign-in',
    refresh: redirect({ server: 'https://auth.example.com' }),
  })
  const app = express()
  app.use(pageRoutes(pages))
  app.get('/orders', protectPage(pages), (req, res) => void res.send(`Orders of ${req.auth.subject}`))
  return app
}

/** Further options of the auth server. */
export const authServerOptions = {
  origins: ['https://shop.example.com'], // where a visit may be sent back to
  accessCookie: { domain: 'example.com' }, // reaches shop.example.com and auth.example.com
  signInUrl: 'https://shop.example.com/sign-in',
}
