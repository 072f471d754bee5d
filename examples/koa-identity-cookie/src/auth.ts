import { randomBytes } from 'node:crypto'
import { createGuard, type Guard } from '@sessionward/guard'
import { type AuthServer, type AuthServerOptions, createAuthServer } from '@sessionward/server'
import { memoryStore } from '@sessionward/server/store/memory'
import { business } from './business.js'

export interface AuthParts extends Pick<AuthServerOptions, 'issuer' | 'directory' | 'cache'> {
  /** Seconds. */
  readonly accessToken: number
  readonly now: () => number
}

/** The auth server and the guard of the business routes, in one process. */
export function createAuth({ issuer, directory, cache, accessToken, now }: AuthParts): {
  readonly auth: AuthServer
  readonly guard: Guard
} {
  const auth = createAuthServer({
    issuer,
    origins: [issuer],
    // Sessions end with this process, as its users do. A system of your own names a store that keeps them.
    store: memoryStore({ now }),
    secrets: { refresh: [{ id: 1, secret: random(), state: 'minting' }], seal: random() },
    // One cookie for a month, which is exchanged and never replaced.
    sessionKind: 'fixed',
    lifetimes: { accessToken },
    directory: directory!,
    ...(cache && { cache }),
    envelope: business,
    registration: 'open',
    registrationFields: ['name'],
    cookieName: 'koa-identity',
    // The page sets the clock forward, and the auth server would warn of that.
    logger: { warn: () => {}, error: console.error },
  })
  const guard = createGuard({ issuer, audience: issuer, feed: auth.revocations, envelope: business, now })
  return { auth, guard }
}

function random(): string {
  return randomBytes(36).toString('base64url')
}
