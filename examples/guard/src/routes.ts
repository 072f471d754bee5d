import { bearer, cookie, createGuard, type GuardOptions, header } from '@sessionward/guard'
import { protect } from '@sessionward/guard/express'
import express from 'express'

/** A business server whose routes ask for different things. */
export function shop(options: Pick<GuardOptions, 'issuer' | 'keys' | 'feed' | 'now'>) {
  const guard = createGuard({
    ...options,
    audience: 'https://shop.example.com',
    // Where a request may carry its token. A route can have its own list.
    tokens: [bearer(), header('accessToken'), cookie('access_token')],
    // Pages that may send more than GET with the cookie, beside those of this server.
    origins: ['https://app.example.com'],
  })
  const app = express()
  app.get('/orders', protect(guard, { scope: 'orders' }), (req, res) => void res.json({ of: req.auth.subject }))
  // Everybody may see it. `authError` says why there is nobody, for example that the token has expired.
  app.get('/offers', protect(guard, { optional: true }), (req, res) => {
    res.json({ for: req.auth?.subject ?? 'everybody', reason: req.authError?.code ?? null })
  })
  // Only within five minutes of a sign-in.
  app.post('/address', protect(guard, { maxAuthAge: 300 }), (_req, res) => void res.status(204).end())
  return { app, guard }
}
