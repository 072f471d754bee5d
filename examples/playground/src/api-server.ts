import type { RequestListener } from 'node:http'
import { createGuard } from '@sessionward/guard'
import { protect } from '@sessionward/guard/express'
import express, { type NextFunction, type Request, type Response } from 'express'
import { withControls } from './controls.js'
import type { Faults } from './faults.js'

interface Options {
  /** Issuer of the tokens: the auth server. */
  readonly issuer: string
  /** Origin of the page. */
  readonly page: string
  /** What it shows to read the revocation feed. */
  readonly credential: string
  readonly faults: Faults
}

/** The business server: it knows the auth server by its address alone, as one on another machine would. */
export function startApiServer({ issuer, page, credential, faults }: Options): {
  readonly listener: RequestListener
  close(): void
} {
  const guard = createGuard({ issuer, audience: issuer, feed: { credential } })
  // The same guard with its clock put forward: its answer to a token that has expired is the genuine one.
  const later = createGuard({ issuer, audience: issuer, now: () => Date.now() + 3_600_000 })
  const [now, tomorrow] = [protect(guard), protect(later)]

  const app = express().disable('x-powered-by').disable('etag')
  app.use((request, response, next) => {
    response.set({
      'Access-Control-Allow-Origin': page,
      'Access-Control-Allow-Headers': 'Authorization, Content-Type',
      'Access-Control-Expose-Headers': 'WWW-Authenticate, Retry-After',
      'Access-Control-Max-Age': '600',
      'Cache-Control': 'no-store',
      Vary: 'Origin',
    })
    if (request.method === 'OPTIONS') response.status(204).end()
    else next()
  })
  app.use(noteRefusals(faults))
  app.get(
    '/api/hello',
    (request, response, next) => {
      const { jti } = claimsOf(request)
      return (faults.isExpired(String(jti)) ? tomorrow : now)(request, response, next)
    },
    (request, response) => void response.json(request.auth),
  )

  const controls = { expire: ({ jti }: Readonly<Record<string, unknown>>) => faults.expire(String(jti)) }
  return {
    listener: withControls(page, controls, app),
    close() {
      guard.close()
      later.close()
    },
  }
}

/** Notes which session was refused, at the moment of the decision. */
function noteRefusals(faults: Faults) {
  return (request: Request, response: Response, next: NextFunction): void => {
    response.on('finish', () => {
      const { sid } = claimsOf(request)
      if (response.statusCode === 401 && typeof sid === 'string') faults.refused(sid)
    })
    next()
  }
}

/** What the token says of itself, not verified: good enough to find out which fault the page asked for. */
function claimsOf(request: Request): Readonly<Record<string, unknown>> {
  try {
    const payload = request.headers.authorization?.split('.')[1] ?? ''
    return JSON.parse(Buffer.from(payload, 'base64url').toString()) as Record<string, unknown>
  } catch {
    return {}
  }
}
