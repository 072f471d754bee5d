import { allowOrigin } from '@sessionward/example-harness'
import { createGuard } from '@sessionward/guard'
import { protect } from '@sessionward/guard/express'
import express from 'express'
import type { Program } from './restartable-server.js'

/** All that a business server knows of the auth server. */
export interface BusinessServerParts {
  readonly issuer: string
  /** Origin of the page. */
  readonly page: string
  /** PEM, the newest first. There is no other key here, and none of these can sign. */
  readonly publicKeys: readonly [newest: string, ...previous: string[]]
  readonly now: () => number
}

/** A business server with a guard: it verifies with the public key alone, and receives revocations over the feed. */
export async function startOrdersServer(
  parts: BusinessServerParts & { readonly credential: string },
): Promise<Program> {
  const { issuer, page, publicKeys, credential, now } = parts
  const guard = createGuard({
    issuer,
    audience: 'business',
    keys: publicKeys,
    algorithms: ['RS256'],
    types: ['JWT'],
    feed: { credential },
    now,
  })
  const app = express().disable('x-powered-by').disable('etag')
  app.use(allowOrigin(page))
  app.get('/orders', protect(guard), ({ auth }, response) => {
    response.json({ for: auth.claims.name, orders: ['Paper, A4', 'Ink, black'] })
  })
  // What was revoked while this server was down is in the first snapshot.
  await guard.ready()
  return { listener: app, close: () => guard.close() }
}
