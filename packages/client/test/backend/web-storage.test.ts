import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { webStorage } from '../../src/vault/web-storage.js'
import { useBackendWorld } from '../support/backend-world.js'
import { ann, bob, outcome, until } from '../support/world.js'

const world = useBackendWorld()
const orders = () => `${world.backend.origin}/orders`

/** Node has no storage of pages. */
function createStorage() {
  const values = new Map<string, string>()
  const getItem = (key: string) => values.get(key) ?? null
  return { values, getItem, setItem: (key: string, value: string) => void values.set(key, value) }
}

let shared: ReturnType<typeof createStorage>
beforeEach(() => {
  shared = createStorage()
  vi.stubGlobal('localStorage', shared)
})
afterEach(() => void vi.unstubAllGlobals())

describe.each(['localStorage', 'sessionStorage'])('with %s', (kind) => {
  /** What the next tab has. Each tab has a session storage of its own. */
  const storageOfTab = () => (kind === 'localStorage' ? shared : createStorage())

  test('a reload needs no refresh, and keeps the user', async () => {
    const vault = webStorage(storageOfTab())
    const first = await world.openSignedIn({ vault })
    first.client.destroy()

    const { client } = world.open({ vault })
    const answer = await client.fetch(orders())

    expect([await answer.json(), client.user]).toMatchObject([{ data: { name: 'ann' } }, { username: 'ann' }])
    expect(world.backend.count('/refresh')).toBe(0)
  })

  test('a reload after the token has expired refreshes once', async () => {
    const vault = webStorage(storageOfTab())
    const first = await world.openSignedIn({ vault })
    first.client.destroy()

    const tab = world.open({ vault })
    tab.setWallClock(400_000)
    await tab.client.fetch(orders())

    expect(world.backend.count('/refresh')).toBe(1)
  })

  test('tabs share one session and one refresh, and no refresh token is used twice', async () => {
    const tabs = [await world.openSignedIn({ vault: webStorage(storageOfTab()) })]
    for (let n = 0; n < 2; n++) tabs.push(world.open({ vault: webStorage(storageOfTab()) }))
    await until(() => tabs.every(({ client }) => client.state === 'active'))

    for (let round = 1; round <= 3; round++) {
      world.backend.expireAccessTokens()
      const answers = await Promise.all(tabs.map(async ({ client }) => (await client.fetch(orders())).json()))
      expect(answers).toEqual(Array(3).fill(expect.objectContaining({ code: 10200 })))
      expect(world.backend.count('/refresh')).toBe(round)
    }

    expect(world.backend.reused).toBe(false)
  })

  test('a tab that was frozen during two refreshes of another sends no old token', async () => {
    const [first, other] = await openTwo()
    other.frozen = true
    for (let n = 0; n < 2; n++) {
      world.backend.expireAccessTokens()
      await first.client.fetch(orders())
    }
    other.frozen = false

    const codes: unknown[] = []
    for (let n = 0; n < 2; n++) {
      codes.push((await (await other.client.fetch(orders())).json()).code)
      world.backend.expireAccessTokens()
    }

    expect([codes, world.backend.reused, world.backend.count('/refresh')]).toEqual([[10200, 10200], false, 3])
  })

  test('a sign-out in one tab leaves no token in any storage', async () => {
    const [first, other, storages] = await openTwo()

    await first.client.signOut()
    await until(() => other.client.state === 'anonymous')

    await until(() => storages.every(({ values }) => !/access-|refresh-/.test([...values.values()].join())))
  })

  test('a sign-in of another person applies to every tab', async () => {
    const [first, other] = await openTwo()

    await other.client.signIn(bob)
    await until(() => first.client.user?.username === 'bob')

    expect(await (await first.client.fetch(orders())).json()).toMatchObject({ data: { name: 'bob' } })
  })

  async function openTwo() {
    const storages = [storageOfTab(), storageOfTab()] as const
    const first = await world.openSignedIn({ vault: webStorage(storages[0]) })
    const other = world.open({ vault: webStorage(storages[1]) })
    await until(() => other.client.state === 'active')
    return [first, other, storages] as const
  }
})

test.each([
  ['an absurd version', { record: { version: 1e300, reason: 'signed_out' } }],
  ['a version that is no number', { record: { version: 'newest', reason: 'signed_out' } }],
  ['no record', { record: null, newerThan: Number.POSITIVE_INFINITY }],
  ['null', null],
])('a message with %s is not written into the storage of a tab', async (_, message) => {
  const storage = createStorage()
  await world.openSignedIn({ vault: webStorage(storage) })
  const [[name, before]] = [...storage.values] as [[string, string]]

  world.browser.channel(`${name} vault`, () => true).postMessage(message)
  await new Promise((resolve) => setTimeout(resolve, 20))

  expect(storage.values.get(name)).toBe(before)
})

test('foreign values in the storage are ignored', async () => {
  const storage = createStorage()
  for (const name of ['getItem'] as const) vi.spyOn(storage, name).mockReturnValue('{"half')
  const { client } = world.open({ vault: webStorage(storage) })

  expect(await outcome(client.signIn(ann))).toBe('resolved')
})

test('an argument that is not a storage is rejected', () => {
  expect(() => webStorage(undefined as never)).toThrow('webStorage: expected `localStorage` or `sessionStorage`.')
})
