import { describe, expect, test } from 'vitest'
import { readVault } from '../src/vault/vault.js'
import { memoryVault } from './support/memory-vault.js'
import { ann, bob, outcome, problem, until, useWorld } from './support/world.js'

const world = useWorld()

async function openFour(options = {}, facts = {}) {
  const first = await world.openSignedIn(options, facts)
  const others = [1, 2, 3].map(() => world.open(options, facts))
  await until(() => others.every(({ client }) => client.state === 'active'))
  return [first, ...others]
}

describe('four tabs', () => {
  test.each([
    ['with locks and channels', {}],
    ['without locks', { locks: false }],
    ['without channels', { channel: false }],
  ])('%s keep the session through ten expiries', async (_, facts) => {
    const tabs = await openFour({}, facts)
    const before = world.server.refreshes()

    for (let round = 0; round < 10; round++) {
      world.server.expireAccessTokens()
      const all = tabs.flatMap(({ client }) => [1, 2, 3].map(() => outcome(client.fetch(world.hello))))
      expect(await Promise.all(all)).toEqual(Array(12).fill('200'))
    }

    const refreshes = world.server.refreshes() - before
    // A tab that receives no message from the others refreshes itself, once.
    expect(refreshes).toBeLessThanOrEqual('channel' in facts ? 40 : 10)
    expect([...world.server.sessions.values()].map(({ ended }) => ended)).toEqual([undefined])
  })

  test('in body transport keep the session too', async () => {
    const tabs = await openFour({ transport: 'body' })
    expect(world.browser.jar.size).toBe(0)

    for (let round = 0; round < 5; round++) {
      world.server.expireAccessTokens()
      const all = tabs.map(({ client }) => outcome(client.fetch(world.hello)))
      expect(await Promise.all(all)).toEqual(Array(4).fill('200'))
    }

    expect(world.server.refreshes()).toBe(5)
  })

  test('with separate vaults keep the session by the rotation rule of the server', async () => {
    const first = await world.openSignedIn({}, { openVault: memoryVault })
    const second = world.open({}, { openVault: memoryVault })
    await until(() => second.client.state === 'active')

    for (let round = 0; round < 5; round++) {
      world.server.expireAccessTokens()
      const all = [first, second].map(({ client }) => outcome(client.fetch(world.hello)))
      expect(await Promise.all(all)).toEqual(['200', '200'])
    }
  })

  test('with separate vaults refresh after a sign-out that only one of the vaults has', async () => {
    const first = await world.openSignedIn({}, { openVault: memoryVault })
    const second = world.open({}, { openVault: memoryVault })
    await until(() => second.client.state === 'active')
    await first.client.signOut()
    await second.client.signIn(ann)
    await until(() => first.client.state === 'active')
    world.server.expireAccessTokens()

    expect(await outcome(first.client.fetch(world.hello))).toBe('200')
    expect(first.client.state).toBe('active')
  })

  test('are all signed out by one', async () => {
    const tabs = await openFour()
    const reasons: string[] = []
    for (const { client } of tabs) client.on('signout', ({ reason }) => reasons.push(reason))

    await tabs[2]!.client.signOut()
    await until(() => tabs.every(({ client }) => client.state === 'anonymous'))

    expect(reasons).toEqual(Array(4).fill('signed_out'))
  })

  test('are all signed in again by one, and the waiting requests of each are sent', async () => {
    const tabs = await openFour({ onReauth: () => {} })
    for (const sid of world.server.sessions.keys()) world.server.end(sid, 'session_revoked')
    world.server.expireAccessTokens()
    const before = world.server.refreshes()
    const waiting = tabs.map(({ client }) => outcome(client.fetch(world.hello)))
    await until(() => tabs.every(({ client }) => client.state === 'reauth'))
    const refreshes = world.server.refreshes() - before

    await tabs[1]!.client.signIn(ann)

    expect(await Promise.all(waiting)).toEqual(Array(4).fill('200'))
    // The one that named the session, and one for whatever else the cookie jar may hold.
    expect(refreshes).toBe(2)
  })

  test('change the person together, and send no request of one person as the other', async () => {
    const tabs = await openFour()
    const changed: unknown[] = []
    for (const { client } of tabs) client.on('subjectchange', ({ user }) => changed.push(user))
    let release: (() => void) | undefined
    world.server.apiScript = async () => {
      await new Promise<void>((resolve) => (release = resolve))
      return problem(401, 'access_token_expired', 'refresh')
    }
    const ofAnn = outcome(tabs[3]!.client.fetch(world.hello))
    await until(() => release !== undefined)

    await tabs[0]!.client.signIn(bob)
    await until(() => tabs.every(({ client }) => client.user?.username === 'bob'))
    release?.()

    expect(await ofAnn).toBe('SessionChangedError')
    expect(changed).toEqual(Array(4).fill({ username: 'bob' }))
    expect(world.server.apiCalls.map(({ subject }) => subject)).not.toContain('bob')
  })
})

describe('a malformed message', () => {
  const odd = { update: { version: 1e300, reason: 'signed_out', asked: true }, age: 0, sent: 0 }
  test.each([
    ['an absurd version', odd],
    ['the version of next year', { ...odd, update: { ...odd.update, version: Date.now() + 365 * 86_400_000 } }],
    ['a version that is no number', { ...odd, update: { ...odd.update, version: 'newest' } }],
    ['no version', { ...odd, update: {} }],
    ['no update', { ...odd, update: null }],
    ['a failure of no kind', { failure: null }],
    ['nothing that is known', { other: true }],
    ['a string', 'signed_out'],
    ['null', null],
  ])('changes nothing with %s, and later ones arrive', async (_, message) => {
    const tabs = await openFour()
    const channel = world.browser.channel(`sessionward ${world.server.origin}/auth default`, () => true)

    channel.postMessage(message)
    await new Promise((resolve) => setTimeout(resolve, 20))

    expect(tabs.map(({ client }) => client.state)).toEqual(Array(4).fill('active'))
    await tabs[0]!.client.signIn(bob)
    await until(() => tabs.every(({ client }) => client.user?.username === 'bob'))
  })
})

describe('a tab that was frozen', () => {
  test('learns on waking that another has signed out', async () => {
    const [first, second] = await openFour()
    second!.frozen = true
    await first!.client.signOut()
    expect(second!.client.state).toBe('active')

    second!.frozen = false
    second!.wake()

    await until(() => second!.client.state === 'anonymous')
  })

  test('learns on waking that another has signed in', async () => {
    const tab = world.open()
    await until(() => tab.client.state === 'anonymous')
    tab.frozen = true
    await world.openSignedIn()

    tab.frozen = false
    tab.wake()

    await until(() => tab.client.state === 'active')
  })

  test('learns by its next refresh that another person is signed in, and sends nothing as that person', async () => {
    const [first, second] = await openFour()
    second!.frozen = true
    await first!.client.signIn(bob)
    second!.frozen = false
    world.server.expireAccessTokens()

    expect(await outcome(second!.client.fetch(world.hello))).toBe('SessionChangedError')
    expect(second!.client.user).toEqual({ username: 'bob' })
  })

  test('loses its lock to another tab, and its late answer changes nothing', async () => {
    const tabs = await openFour()
    const [holder, thief] = tabs
    let release: (() => void) | undefined
    world.server.script = async (path) => {
      if (path !== 'refresh' || release) return undefined
      await new Promise<void>((resolve) => (release = resolve))
      return undefined
    }
    // Its timers stand still, so nothing ends its wait for the answer.
    ;(holder!.environment as { after: unknown }).after = () => () => {}
    world.server.expireAccessTokens()
    const robbed = outcome(holder!.client.fetch(world.hello))
    await until(() => release !== undefined)
    holder!.frozen = true

    expect(await outcome(thief!.client.fetch(world.hello))).toBe('200')
    const { jti } = JSON.parse(atob((await thief!.client.token()).split('.')[1]!))
    holder!.frozen = false
    release?.()

    expect(await robbed).toBe('200')
    const latest = await readVault(world.browser.vault(`sessionward ${world.server.origin}/auth default`))
    expect(latest?.session?.jti).toBe(jti)
    expect([...world.server.sessions.values()].map(({ ended }) => ended)).toEqual([undefined])
  })
})

test('a refresh that fails while another tab sends tokens succeeds with those', async () => {
  const [first, second] = await openFour()
  const failed: unknown[] = []
  first!.client.on('degraded', (event) => failed.push(event))
  let release: (() => void) | undefined
  world.server.script = async (path) => {
    if (path !== 'refresh' || release) return undefined
    await new Promise<void>((resolve) => (release = resolve))
    return { cut: true }
  }
  // It is frozen: its timers do not fire.
  ;(first!.environment as { after: unknown }).after = () => () => {}
  world.server.expireAccessTokens()
  const request = outcome(first!.client.fetch(world.hello))
  await until(() => release !== undefined)
  expect(await outcome(second!.client.fetch(world.hello))).toBe('200')
  await until(() => first!.client.state === 'active')

  release?.()

  expect(await request).toBe('200')
  expect(failed).toEqual([])
})

test('a message that arrives after a sign-out signs nobody in', async () => {
  const [first, second] = await openFour()
  const messages: unknown[] = []
  const spy = world.browser.channel(`sessionward ${world.server.origin}/auth default`, () => true)
  spy.onmessage = ({ data }: MessageEvent) => void messages.push(data)
  world.server.expireAccessTokens()
  await first!.client.fetch(world.hello)
  await until(() => messages.length > 0)
  await first!.client.signOut()
  await until(() => second!.client.state === 'anonymous')

  spy.postMessage(messages[0])
  await new Promise((resolve) => setTimeout(resolve, 20))

  expect(second!.client.state).toBe('anonymous')
})

test('in cookie transport neither messages between tabs nor the vault contain a refresh token', async () => {
  const messages: string[] = []
  const tab = world.open()
  const spy = world.browser.channel(`sessionward ${world.server.origin}/auth default`, () => true)
  spy.onmessage = ({ data }: MessageEvent) => void messages.push(JSON.stringify(data))
  await tab.client.signIn(ann)
  await until(() => messages.join().includes('accessToken'))
  const before = await readVault(world.browser.vault(`sessionward ${world.server.origin}/auth default`))

  expect(messages.join()).toContain('accessToken')
  expect(messages.join()).not.toContain('-refresh-')
  expect(Object.keys(before!.session!).filter((key) => before!.session![key as 'sid'])).toEqual([
    'sid',
    'jti',
    'sub',
    'user',
    'remember',
  ])
})
