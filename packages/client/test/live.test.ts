import { describe, expect, it, vi } from 'vitest'
import { defineBackend } from '../src/backend/index.js'
import { createClient } from '../src/index.js'
import type { TestTab } from './support/browser.js'
import { memoryVault } from './support/memory-vault.js'
import { ann, outcome, problem, until, useWorld } from './support/world.js'

const world = useWorld()
const live = { live: true } as const
const plainHttp = { locks: false }
const replacedBy = { at: 1, device: { name: 'Phone' }, address: null }

const streams = () => world.server.streams.size
const opened = () => world.server.calls.filter(({ path }) => path === 'session/events').length

async function openLive(
  options: Parameters<typeof world.open>[0] = {},
  facts: Parameters<typeof world.open>[1] = {},
): Promise<TestTab> {
  const tab = await world.openSignedIn({ ...live, ...options }, facts)
  await until(() => streams() === 1)
  return tab
}

/** Long enough for what the server has written to be read. */
const heard = () => new Promise((resolve) => setTimeout(resolve, 50))

/** Cuts the streams at the server. */
function cut(): void {
  for (const { response } of world.server.streams) response.destroy()
}

describe('with `live`', () => {
  it('every tab learns at once why the session has ended, without a request', async () => {
    const tab = await openLive()
    const other = world.open(live)
    await until(() => other.client.state === 'active')
    const callsBefore = world.server.calls.length

    world.server.tell(tab.client.session!.id, 'session_revoked')

    await until(() => tab.client.reason === 'session_revoked' && other.client.reason === 'session_revoked')
    expect(world.server.calls.length).toBe(callsBefore)
    expect(streams()).toBe(0)
  })

  it('a replaced session rejects the waiting POST, and for a minute nothing is sent', async () => {
    const onReauth = vi.fn()
    const tab = await openLive({ onReauth, patience: 15 })
    world.server.expireAccessTokens()
    world.server.script = (path) => (path === 'refresh' ? { hang: true } : undefined)
    const post = outcome(tab.client.fetch(world.hello, { method: 'POST', body: 'x' }))
    await until(() => tab.client.state === 'refreshing')

    world.server.tell(tab.client.session!.id, 'session_replaced', { replacedBy })

    expect(await post).toBe('SignedOutError session_replaced')
    expect(tab.client.replacedBy).toEqual(replacedBy)
    const callsBefore = [world.server.calls.length, world.server.apiCalls.length]
    for (let second = 0; second < 60; second++) tab.pass(1000)
    tab.wake()
    await heard()
    expect([world.server.calls.length, world.server.apiCalls.length]).toEqual(callsBefore)
    expect(onReauth).not.toHaveBeenCalled()
  })

  it('a sign-in of the page itself that replaces the session is taken over, without a `signout` event', async () => {
    const tab = await openLive()
    const reasons: unknown[] = []
    tab.client.on('signout', ({ reason }) => reasons.push(reason))
    const { id } = tab.client.session!

    world.signInElsewhere('bob')
    world.server.tell(id, 'session_replaced')

    await until(() => tab.client.user?.username === 'bob')
    await until(() => streams() === 1)
    expect(reasons).toEqual([])
  })

  it('the end of an earlier session changes nothing', async () => {
    const tab = await openLive()
    const earlier = [...world.server.streams][0]!
    await tab.client.signIn(ann)
    await until(() => [...world.server.streams].some(({ sid }) => sid === tab.client.session!.id))

    earlier.response.end(`data: {"type":"ended","sid":"${earlier.sid}","reason":"signed_out"}\n\n`)
    const [stream] = world.server.streams
    stream!.response.write(`data: {"type":"ended","sid":"${earlier.sid}","reason":"signed_out"}\n\n`)

    await until(() => opened() === 3)
    expect(tab.client.state).toBe('active')
  })

  it.each([
    ['Web Locks', {}],
    ['an IndexedDB lease', plainHttp],
  ])('twelve tabs that open at once have one stream, by %s', async (_, facts) => {
    const first = await world.openSignedIn({}, facts)
    const tabs = Array.from({ length: 12 }, () => world.open(live, facts))
    await until(() => streams() > 0)
    await until(() => tabs.every(({ client }) => client.state === 'active'))
    await new Promise((resolve) => setTimeout(resolve, 1500))

    expect(streams()).toBe(1)
    world.server.tell(first.client.session!.id, 'signed_out')
    await until(() => tabs.every(({ client }) => client.reason === 'signed_out'))
  })

  it.each([
    ['Web Locks', {}],
    ['an IndexedDB lease', plainHttp],
  ])('another tab opens the stream when the one that has it is hidden for good, by %s', async (_, facts) => {
    const tab = await openLive({}, facts)
    const other = world.open(live, facts)
    await until(() => other.client.state === 'active')
    const [before] = world.server.streams

    tab.hide()

    await until(() => streams() === 1 && !world.server.streams.has(before!))
    world.server.tell(other.client.session!.id, 'session_revoked')
    await until(() => other.client.reason === 'session_revoked')
  })

  it.each([
    ['Web Locks', {}, 21_000],
    ['an IndexedDB lease', plainHttp, 3000],
  ])('the stream is taken from a tab that is frozen, which then closes its own, by %s', async (_, facts, silence) => {
    const tab = await openLive({}, facts)
    const other = world.open(live, facts)
    await until(() => other.client.state === 'active')
    await heard()
    const [before] = world.server.streams

    tab.frozen = true
    other.pass(silence)
    await until(() => opened() === 2)
    await heard()
    tab.thaw()
    other.pass(silence)

    await until(() => streams() === 1 && !world.server.streams.has(before!))
  })

  it('on plain http, tabs with separate vaults settle on one stream', async () => {
    const facts = { locks: false, openVault: <T>() => memoryVault<T>() }
    const tab = await openLive({}, facts)
    const other = await world.openSignedIn(live, facts)
    tab.frozen = true
    other.pass(3000)
    await until(() => streams() === 2)
    tab.thaw()

    for (let second = 0; second < 8; second++) {
      for (const one of [tab, other]) one.pass(1000)
      await heard()
    }

    expect(streams()).toBe(1)
  })

  it('on plain http, tabs without a channel open no stream', async () => {
    const deaf = await world.openSignedIn(live, { ...plainHttp, channel: false })
    // Longer than a tab with a channel takes to find no leader.
    for (let second = 0; second < 8; second++) {
      deaf.pass(1000)
      await heard()
    }
    expect(opened()).toBe(0)

    await openLive({}, plainHttp)

    expect(opened()).toBe(1)
  })

  it('a stream that breaks is reopened, within 30 seconds after the server was down for a minute', async () => {
    const tab = await openLive({ timeouts: { request: 100, lock: 200, reauth: 300 } })
    world.server.script = (path) =>
      path === 'session/events' ? problem(503, 'service_unavailable', 'retry') : undefined

    cut()
    for (let second = 0; second < 60; second++) {
      tab.pass(1000)
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
    const whileAway = opened()
    world.server.script = undefined
    for (let second = 0; second < 30; second++) {
      tab.pass(1000)
      await new Promise((resolve) => setTimeout(resolve, 5))
    }

    await until(() => streams() === 1)
    expect(whileAway).toBeLessThan(12)
  })

  it('a stream that breaks is reopened at once when the page becomes visible', async () => {
    const tab = await openLive()
    world.server.script = (path) =>
      path === 'session/events' ? problem(503, 'service_unavailable', 'retry') : undefined
    cut()
    for (let second = 0; second < 40; second++) {
      tab.pass(1000)
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
    world.server.script = undefined
    tab.wake()

    await until(() => streams() === 1)
  })

  it('a stream that is silent for two heartbeats is reopened', async () => {
    const tab = await openLive()
    const [silent] = world.server.streams
    await heard()

    tab.pass(40_100)

    await until(() => !world.server.streams.has(silent!))
    tab.pass(3000)
    await until(() => streams() === 1)
  })

  it('a page that wakes after a missed heartbeat reopens the stream at once', async () => {
    const tab = await openLive()
    const [silent] = world.server.streams
    await heard()

    tab.pass(30_000, 'asleep')
    tab.wake()

    await until(() => streams() === 1 && !world.server.streams.has(silent!))
  })

  it('the end of a session while the stream was closed is reported when it reopens', async () => {
    const tab = await openLive()
    world.server.script = (path) =>
      path === 'session/events' ? problem(401, 'session_revoked', 'terminal') : undefined

    world.server.end(tab.client.session!.id, 'session_revoked')
    cut()
    await until(() => streams() === 0)
    tab.wake()

    await until(() => tab.client.reason === 'session_revoked')
  })

  it('a page that is destroyed closes the stream', async () => {
    const tab = await openLive()

    tab.client.destroy()

    await until(() => streams() === 0)
  })
})

describe('the option `live`', () => {
  it('left out, the next answer reports the end, with the device', async () => {
    const tab = await world.openSignedIn()
    const refusal = problem(401, 'session_replaced', 'terminal')
    world.server.expireAccessTokens()
    world.server.script = (path) =>
      path === 'refresh' ? { ...refusal, body: { ...(refusal.body as object), replacedBy } } : undefined

    await tab.client.fetch(world.hello).catch(() => {})

    expect([tab.client.reason, tab.client.replacedBy]).toEqual(['session_replaced', replacedBy])
    expect(world.open().client.replacedBy).toBeUndefined()
  })

  it('is off by default', async () => {
    await world.openSignedIn()

    await new Promise((resolve) => setTimeout(resolve, 50))

    expect(opened()).toBe(0)
  })

  it('is rejected if it is not a boolean, or the backend has no event stream', () => {
    const never = async () => ({}) as never
    const backend = defineBackend({ name: 'b', signIn: never, refresh: never })

    expect(() => createClient({ server: world.server.origin, live: 1 as never })).toThrow(
      'createClient: `live` must be',
    )
    expect(() => createClient({ server: backend, live: true })).toThrow(
      'createClient: `live` must be left out: it is for a Sessionward auth server',
    )
  })
})
