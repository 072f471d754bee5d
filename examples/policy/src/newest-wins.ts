import { type AuthServerOptions, createAuthServer } from '@sessionward/server'

/** A newer sign-in ends the older one. */
export function newestWins(options: AuthServerOptions) {
  return createAuthServer({ ...options, policy: { maxSessions: 1 } })
}
