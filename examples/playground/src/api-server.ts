import type { RequestListener } from 'node:http'
import { allowOrigin, expirable } from '@sessionward/example-harness'
import express, { type NextFunction, type Request, type Response } from 'express'
import { withControls } from './controls.js'
import { connectGuard, protectHello } from './protected-api.js'
import type { RevocationLag } from './revocation-lag.js'

interface Options {
  /** Issuer of the tokens: the auth server. */
  readonly issuer: string
  /** Origin of the page. */
  readonly page: string
  /** Reads the revocation feed with it. */
  readonly credential: string
  readonly revocationLag: RevocationLag
}

/** The business server. It knows nothing of the auth server but its address, as if it ran on another machine. */
export function startApiServer({ issuer, page, credential, revocationLag }: Options): {
  readonly listener: RequestListener
  close(): void
} {
  const guard = expirable(connectGuard(issuer, credential))
  const app = express().disable('x-powered-by').disable('etag')
  app.use(allowOrigin(page))
  app.use(recordRefusals(revocationLag))
  protectHello(app, guard)
  const controls = { expire: ({ jti }: Readonly<Record<string, unknown>>) => guard.expire(String(jti)) }
  return { listener: withControls(page, controls, app), close: () => guard.close() }
}

/** Records the session of each refused request, for the measurement of the revocation. */
function recordRefusals(revocationLag: RevocationLag) {
  return (request: Request, response: Response, next: NextFunction): void => {
    response.on('finish', () => {
      const sid = sessionOf(request)
      if (response.statusCode === 401 && sid !== undefined) revocationLag.refused(sid)
    })
    next()
  }
}

/** The session that the token names. It is not verified, and only says which measurement a refusal belongs to. */
function sessionOf(request: Request): string | undefined {
  try {
    const payload = request.headers.authorization?.split('.')[1] ?? ''
    const { sid } = JSON.parse(Buffer.from(payload, 'base64url').toString()) as { sid?: unknown }
    return typeof sid === 'string' ? sid : undefined
  } catch {
    return undefined
  }
}
