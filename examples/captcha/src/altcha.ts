import { type AuthServerOptions, createAuthServer } from '@sessionward/server'
import { altcha } from '@sessionward/server/captcha'

export function openAuthServer(options: AuthServerOptions) {
  return createAuthServer({
    ...options,
    captcha: { provider: altcha(), when: { afterFailures: 3 }, for: ['signIn'] },
  })
}
