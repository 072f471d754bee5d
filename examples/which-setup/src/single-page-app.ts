import { type AuthServerOptions, createAuthServer } from '@sessionward/server'
import { altcha } from '@sessionward/server/captcha'

export function openAuthServer(options: AuthServerOptions) {
  return createAuthServer({
    ...options,
    lifetimes: { idle: 15 * 24 * 3600 }, // the refresh token, in a cookie that no script can read
    captcha: { provider: altcha() }, // before sign-in and registration
    registration: 'open',
  })
}
