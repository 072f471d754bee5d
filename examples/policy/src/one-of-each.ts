import { type AuthServerOptions, createAuthServer } from '@sessionward/server'

/** One phone, one tablet and one desktop: a second phone ends the first, and the desktop stays. */
export function oneOfEach(options: AuthServerOptions) {
  return createAuthServer({ ...options, policy: { maxSessions: 1, per: 'device class' } })
}
