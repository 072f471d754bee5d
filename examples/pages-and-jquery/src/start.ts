import { randomBytes } from 'node:crypto'
import { type Clock, createClock, openOrigin } from '@sessionward/example-harness'
import { openShop, type Shop } from './shop.js'

export interface ShopAccount {
  readonly username: string
  readonly password: string
  /** Shown on the pages. */
  readonly name: string
}

export interface Shops {
  /** The refresh token is in localStorage; a small page of the site's own refreshes in between. */
  readonly interstitial: Shop
  /** The refresh token is in an HttpOnly cookie; a visit goes through the auth server. */
  readonly redirect: Shop
  readonly accounts: readonly ShopAccount[]
  readonly clock: Clock
  close(): Promise<void>
}

/**
 * Starts the shop twice, each with an auth server of its own on the same origin.
 *
 * @param port of the first; the second has the next one. 0: two free ones.
 */
export async function startShops(port: number): Promise<Shops> {
  const clock = createClock()
  const accounts = [
    { username: 'ann', name: 'Ann' },
    { username: 'bob', name: 'Bob' },
  ].map((account) => ({ ...account, password: randomBytes(12).toString('base64url') }))
  const first = await openOrigin(port)
  const second = await openOrigin(port === 0 ? 0 : port + 1).catch(async (error: unknown) => {
    await first.close()
    throw error
  })
  const shared = { accounts, clock }
  const interstitial = await openShop(first, { ...shared, refresh: 'interstitial', other: second.url })
  const redirect = await openShop(second, { ...shared, refresh: 'redirect', other: first.url })
  return {
    interstitial,
    redirect,
    accounts,
    clock,
    async close() {
      await Promise.all([first.close(), second.close()])
      await Promise.all([interstitial.close(), redirect.close()])
    },
  }
}
