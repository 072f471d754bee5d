import { allowOrigin } from '@sessionward/example-harness'
import express, { type RequestHandler } from 'express'
import jwt, { type JwtPayload } from 'jsonwebtoken'
import type { BusinessServerParts } from './orders-server.js'
import type { Program } from './restartable-server.js'

/**
 * An old business server with nothing of Sessionward in it: `jsonwebtoken` and the PEM. It takes one key, says the same of an
 * expired token and of a forged one, and accepts the token of a session that has ended until the token expires.
 */
export async function startInvoicesServer(parts: BusinessServerParts): Promise<Program> {
  const { page, publicKeys, now } = parts
  const [pem] = publicKeys

  const authenticate: RequestHandler = (request, response, next) => {
    try {
      const token = request.get('Authorization')?.replace('Bearer ', '') ?? ''
      // The clock is this demonstration's; everything else stands in many a tutorial.
      const clockTimestamp = Math.floor(now() / 1000)
      response.locals.user = jwt.verify(token, pem, { algorithms: ['RS256'], clockTimestamp })
      next()
    } catch {
      response.status(401).json({ message: 'Unauthorized' })
    }
  }

  const app = express().disable('x-powered-by').disable('etag')
  app.use(allowOrigin(page))
  app.get('/invoices', authenticate, (_request, response) => {
    const { name } = response.locals.user as JwtPayload
    response.json({ for: name, invoices: ['2026-118', '2026-131'] })
  })
  return { listener: app, close: () => {} }
}
