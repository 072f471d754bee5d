import { type AuthServerOptions, createAuthServer } from '@sessionward/server'
import { turnstile } from '@sessionward/server/captcha'

export function openAuthServer(options: AuthServerOptions) {
  const provider = turnstile({
    siteKey: process.env.TURNSTILE_SITE_KEY,
    secret: process.env.TURNSTILE_SECRET,
    hosts: ['app.example.com'],
  })
  return createAuthServer({ ...options, captcha: { provider } })
}
