import { randomBytes } from 'node:crypto'
import { type AuthServer, createAuthServer, type Store } from '@sessionward/server'
import { altcha } from '@sessionward/server/captcha'

const day = 86_400

/** Sign-in and registration, the refresh cookie, and everything else below `/auth`. */
export function createAuth(issuer: string, store: Store): AuthServer {
  return createAuthServer({
    issuer,
    store,
    secrets: { refresh: [{ id: 1, secret: random(), state: 'minting' }], seal: random() },
    mode: 'development',
    registration: 'open',
    captcha: { provider: altcha() }, // a proof of work before each sign-in and registration; no service, no secret of its own
    lifetimes: { idle: 15 * day }, // of the refresh cookie; each refresh begins them anew
    cookieName: 'nestjs-vue',
  })
}

/** In a deployment these come from its environment, and stay the same. */
function random(): string {
  return randomBytes(36).toString('base64url')
}
