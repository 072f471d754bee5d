import { createGuard, type Envelope } from '@sessionward/guard'
import { protect } from '@sessionward/guard/express'
import express from 'express'
import { allowOrigin } from './cors.js'
import { type ExpirableGuard, expirable } from './expirable-guard.js'
import { createFaults, type Faults } from './faults.js'
import type { Origin } from './origin.js'

export interface ApiServerOptions {
  /** URL of the auth server; also the audience. */
  readonly issuer: string
  /** Reads the revocation feed with it. */
  readonly guardCredential: string
  /** Origin of the page that may call it. */
  readonly page: string
  readonly now?: () => number
  /** Default: plain JSON. */
  readonly envelope?: Envelope | undefined
}

export interface ApiServer {
  readonly url: string
  readonly guard: ExpirableGuard
  readonly faults: Faults
  close(): void
}

/** Starts a business server: `GET /api/hello` answers the principal, `GET /orders` is that of the README. */
export async function startApiServer(origin: Origin, options: ApiServerOptions): Promise<ApiServer> {
  const { issuer, guardCredential, page, now = Date.now, envelope } = options
  const feed = { credential: guardCredential }
  const guard = expirable(createGuard({ issuer, audience: issuer, now, feed, ...(envelope && { envelope }) }))
  const app = express().disable('x-powered-by').disable('etag')
  app.use(allowOrigin(page))
  app.get('/api/hello', protect(guard), ({ auth }, response) => void response.json(envelope?.ok(auth) ?? auth))
  app.get('/orders', protect(guard), ({ auth }, response) => void response.json({ orders: [], of: auth.subject }))
  const faults = createFaults()
  origin.serve(faults.wrap(app))
  await guard.ready()
  return { url: origin.url, guard, faults, close: () => guard.close() }
}
