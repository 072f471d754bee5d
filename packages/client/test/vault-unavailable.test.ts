import { expect, test } from 'vitest'
import { authServer } from '../src/backend/auth-server.js'
import { readVault, type Vault } from '../src/vault/vault.js'
import { ann, bob, outcome, until, useWorld } from './support/world.js'

const world = useWorld()
const body = { transport: 'body' } as const

/** What opens vaults of this browser for a tab, and how they fail there. */
function faultyVaults() {
  const faults = { silent: false, full: false }
  const openVault = <T>(name: string): Vault<T> => {
    const vault = world.browser.vault<T>(name)
    return async (change) => {
      if (faults.silent) throw new Error('IndexedDB does not answer.')
      if (!faults.full) return await vault(change)
      // Where nothing is to be written, a full disk is no obstacle.
      const before = await vault(() => undefined)
      if (change(before)) throw new DOMException('The disk is full.', 'QuotaExceededError')
      return before
    }
  }
  return { faults, openVault }
}

const stored = () => readVault(world.browser.vault(`sessionward ${world.server.origin}/auth default`))
const ends = () => [...world.server.sessions.values()].map(({ ended }) => ended)

test('a page that opens while the vault does not answer does not treat the person as signed out', async () => {
  const first = await world.openSignedIn(body)
  first.client.destroy()
  const { faults, openVault } = faultyVaults()
  faults.silent = true

  const tab = world.open(body, { openVault })
  expect(await outcome(tab.client.fetch(world.hello))).toBe('RefreshUnavailableError')
  expect(tab.client.state).toBe('unknown')
  faults.silent = false
  tab.pass(2000)

  await until(() => tab.client.state === 'active')
  expect(await outcome(tab.client.fetch(world.hello))).toBe('200')
})

test('a vault that falls silent leaves a signed-in tab degraded, and it comes back', async () => {
  const { faults, openVault } = faultyVaults()
  const tab = await world.openSignedIn(body, { openVault })
  world.server.expireAccessTokens()
  faults.silent = true
  expect(await outcome(tab.client.fetch(world.hello))).toBe('RefreshUnavailableError')
  expect([tab.client.state, world.server.refreshes()]).toEqual(['degraded', 0])
  faults.silent = false

  tab.pass(2000)

  await until(() => tab.client.state === 'active')
  expect(ends()).toEqual([undefined])
})

test('in cookie transport a silent vault keeps nobody from being signed in', async () => {
  const first = await world.openSignedIn()
  first.client.destroy()
  const { faults, openVault } = faultyVaults()
  faults.silent = true

  const tab = world.open({}, { openVault })
  await until(() => tab.client.state === 'active')
  world.server.expireAccessTokens()

  expect(await outcome(tab.client.fetch(world.hello))).toBe('200')
  expect(world.server.refreshes()).toBe(2)
})

test('on a full disk two tabs refresh in turn from the token that is stored, and nobody is signed out', async () => {
  const { faults, openVault } = faultyVaults()
  const first = await world.openSignedIn(body, { openVault })
  const second = world.open(body, { openVault })
  await until(() => second.client.state === 'active')
  faults.full = true

  for (let round = 0; round < 4; round++) {
    world.server.expireAccessTokens()
    expect(await outcome(first.client.fetch(world.hello))).toBe('200')
    expect(await outcome(second.client.fetch(world.hello))).toBe('200')
  }
  first.client.destroy()
  faults.full = false
  world.server.expireAccessTokens()

  expect(await outcome(second.client.fetch(world.hello))).toBe('200')
  expect(ends()).toEqual([undefined])
})

test('a sign-in on a full disk works in its tab, and is written when there is room', async () => {
  const { faults, openVault } = faultyVaults()
  faults.full = true
  const tab = await world.openSignedIn(body, { openVault })
  for (let round = 0; round < 2; round++) {
    world.server.expireAccessTokens()
    expect(await outcome(tab.client.fetch(world.hello))).toBe('200')
  }
  expect(await stored()).toBeUndefined()
  faults.full = false
  world.server.expireAccessTokens()

  expect(await outcome(tab.client.fetch(world.hello))).toBe('200')

  expect((await stored())?.session?.refreshToken).toBe(
    [...world.server.sessions.values()][0]!.next.values().next().value,
  )
})

test('a tab presents no token from a vault that is behind what it has heard', async () => {
  const first = await world.openSignedIn(body)
  const { faults, openVault } = faultyVaults()
  const second = world.open(body, { openVault })
  await until(() => second.client.state === 'active')
  faults.full = true
  await second.client.signIn(bob)
  await until(() => first.client.user?.username === 'bob')
  second.client.destroy()
  world.server.expireAccessTokens()

  const request = await outcome(first.client.fetch(world.hello))

  expect([request, first.client.state]).toEqual(['RefreshUnavailableError', 'degraded'])
  expect(world.server.calls.filter(({ path }) => path === 'refresh')).toEqual([])
})

test('a session that has ended on a full disk is over in its tab', async () => {
  const { faults, openVault } = faultyVaults()
  const { client } = await world.openSignedIn(body, { openVault })
  faults.full = true
  for (const sid of world.server.sessions.keys()) world.server.end(sid, 'session_revoked')
  world.server.expireAccessTokens()

  expect(await outcome(client.fetch(world.hello))).toBe('SignedOutError session_revoked')
})

test('a later sign-in of another tab is not overwritten by one that could not be written', async () => {
  const { faults, openVault } = faultyVaults()
  faults.full = true
  const first = await world.openSignedIn(body, { openVault })
  const second = world.open(body)
  await until(() => second.client.state === 'active')
  await second.client.signIn(bob)
  await until(() => first.client.user?.username === 'bob')
  faults.full = false
  world.server.expireAccessTokens()

  expect(await outcome(first.client.fetch(world.hello))).toBe('200')

  expect((await stored())?.session?.sub).toBe('bob')
})

test('a sign-out that cannot be written holds in its tab and in the others', async () => {
  const { faults, openVault } = faultyVaults()
  const first = await world.openSignedIn({}, { openVault })
  const second = world.open()
  await until(() => second.client.state === 'active')
  faults.silent = true

  await first.client.signOut()

  await until(() => second.client.state === 'anonymous')
  expect(ends()).toEqual(['signed_out'])
  await second.client.signIn(ann)
  await until(() => first.client.state === 'active')
})

test.each([
  ['whose refresh tokens are good once, the next one is kept in the tab', { confirms: false }, [1, 2, 3]],
  ['that confirms a refresh token by its use, the stored one is used again', {}, [1, 2, 2]],
])('on a full disk and with a backend %s', async (_, facts, generations) => {
  const { faults, openVault } = faultyVaults()
  const first = await world.openSignedIn(body, { openVault })
  const origin = world.server.origin
  const { environment } = first
  first.client.destroy()
  const backend = { ...authServer(origin, body, environment), ...facts }
  const tab = world.open({ server: { connect: () => backend } }, { openVault })
  await until(() => tab.client.state === 'active')
  faults.full = true

  const seen: unknown[] = [tab.client.session?.generation]
  for (let round = 0; round < 2; round++) {
    world.server.expireAccessTokens()
    expect(await outcome(tab.client.fetch(world.hello))).toBe('200')
    seen.push(tab.client.session?.generation)
  }

  expect(seen).toEqual(generations)
})
