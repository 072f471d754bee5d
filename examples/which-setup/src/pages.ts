import { type AuthServerOptions, createAuthServer } from '@sessionward/server'

export function openAuthServer(options: AuthServerOptions) {
  return createAuthServer({
    ...options,
    accessCookie: {}, // so that page visits are checked in memory
    signInUrl: '/sign-in', // where a visit goes that cannot be refreshed
    lifetimes: { idle: 30 * 24 * 3600 },
  })
}
