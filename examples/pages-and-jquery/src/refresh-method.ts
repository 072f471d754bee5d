import { randomBytes } from 'node:crypto'
import { interstitial, type RefreshMethod, redirect } from '@sessionward/guard/page'
import { type AuthServer, createAuthServer } from '@sessionward/server'
import { memoryStore } from '@sessionward/server/store/memory'
import { accessTokenLifetime, type ShopOptions } from './shop.js'

/** What differs between the two shops: here, and one line of `web/shop.js`. */
export function refreshMethod(refresh: ShopOptions['refresh'], server: string): RefreshMethod {
  if (refresh === 'redirect') return redirect({ server })
  return interstitial({ server, transport: 'body', storage: 'local' })
}

export async function openAuthServer(url: string, { refresh, accounts, clock }: ShopOptions): Promise<AuthServer> {
  const { port } = new URL(url)
  const auth = createAuthServer({
    issuer: url,
    store: memoryStore({ now: clock.now }),
    secrets: { refresh: [{ id: 1, secret: random(), state: 'minting' }], seal: random() },
    mode: 'development',
    lifetimes: { accessToken: accessTokenLifetime },
    accounts: { claims: ['name'] },
    cookieName: `shop-${port}`,
    ...(refresh === 'redirect' && {
      accessCookie: { name: `access_token_${port}` },
      signInUrl: `${url}/sign-in`,
    }),
  })
  await auth.ready()
  for (const { username, password, name } of accounts) {
    await auth.accounts!.create({ username, password, profile: { name } })
  }
  return auth
}

function random(): string {
  return randomBytes(36).toString('base64url')
}
