import { type AuthServerOptions, createAuthServer } from '@sessionward/server'

/** Short sessions, and no second sign-in beside the first. */
export function bank(options: AuthServerOptions) {
  return createAuthServer({
    ...options,
    lifetimes: 'strict', // 5 minutes, an hour without use, a day in all
    policy: { maxSessions: 1, onExceed: 'refuse' },
  })
}
