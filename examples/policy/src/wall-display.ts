import { type AuthServerOptions, createAuthServer } from '@sessionward/server'

const day = 24 * 3600

/** Displays stay for years, and take no person's place: each signs in with `device: { id, class: 'service' }`. */
export function withWallDisplays(options: AuthServerOptions) {
  return createAuthServer({
    ...options,
    lifetimes: { idle: 30 * day, absolute: 5 * 365 * day },
    policy: { maxSessions: 1, per: 'device class' },
  })
}
