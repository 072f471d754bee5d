import { describe, expect, onTestFinished, test } from 'vitest'
import type { VaultRecord } from '../src/vault/vault.js'
import { outcome, problem, until, useWorld } from './support/world.js'

const world = useWorld()

const minute = 60_000
const hour = 60 * minute

/** Ends the session unless it is refreshed within so many milliseconds of a tab's clock. */
function limitIdleTime(now: () => number, idle: number) {
  let seen = now()
  world.server.script = (path) => {
    if (path !== 'refresh') return undefined
    if (now() - seen > idle) return problem(401, 'session_expired', 'terminal')
    seen = now()
    return undefined
  }
}

/** Counts the listeners of every signal, those that are gone with it too. */
function countSignalListeners() {
  const counts = new Map<EventTarget, number>()
  const { addEventListener, removeEventListener } = AbortSignal.prototype
  const note = (signal: EventTarget, by: number) => counts.set(signal, (counts.get(signal) ?? 0) + by)
  AbortSignal.prototype.addEventListener = function (this: AbortSignal, ...rest: never) {
    note(this, 1)
    addEventListener.apply(this, rest)
  }
  AbortSignal.prototype.removeEventListener = function (this: AbortSignal, ...rest: never) {
    note(this, -1)
    removeEventListener.apply(this, rest)
  }
  onTestFinished(() => void Object.assign(AbortSignal.prototype, { addEventListener, removeEventListener }))
  return { most: () => Math.max(0, ...counts.values()) }
}

describe('a page that nobody touches', () => {
  test('is still signed in after a week in the background, with as many timers and listeners as on the first day', async () => {
    const signals = countSignalListeners()
    world.server.lifetime = 3600
    const tab = await world.openSignedIn({ keepAlive: true })
    limitIdleTime(tab.environment.wall, hour)
    tab.visible = false
    const firstDay: unknown[] = []
    const days: unknown[] = []

    for (let passed = 0; passed < 7 * 24 * 60; passed += 5) {
      const before = world.server.refreshes()
      tab.pass(5 * minute)
      await until(() => tab.client.state === 'active')
      if (world.server.refreshes() > before) expect(await outcome(tab.client.fetch(world.hello))).toBe('200')
      if (passed % (24 * 60) === 0) days.push({ ...tab.holds(), signals: signals.most() })
      if (days.length === 1) firstDay[0] = days[0]
    }

    expect(days).toEqual(Array(7).fill(firstDay[0]))
    expect(world.server.apiCalls.filter(({ status }) => status !== 200)).toEqual([])
    expect(world.server.refreshes()).toBeGreaterThan(7 * 24)
  })

  test('without the option does not refresh while it is hidden, and its session ends', async () => {
    const tab = await world.openSignedIn()
    limitIdleTime(tab.environment.wall, hour)
    tab.visible = false

    tab.pass(2 * hour)
    await outcome(tab.client.fetch(world.hello))

    expect(tab.client.reason).toBe('session_expired')
    expect(world.server.refreshes()).toBe(2)
  })

  test('refreshes as rarely as `every` says, and earlier if a request needs it', async () => {
    const tab = await world.openSignedIn({ keepAlive: { every: 3600 } })
    const refreshesAfter = async (minutes: number) => {
      tab.pass(minutes * minute)
      await new Promise((resolve) => setTimeout(resolve, 50))
      await until(() => tab.client.state === 'active')
      return world.server.refreshes()
    }

    expect(await refreshesAfter(30)).toBe(0)
    expect(await refreshesAfter(29)).toBe(0)
    expect(await refreshesAfter(2)).toBe(1)
    expect(await refreshesAfter(30)).toBe(1)
    world.server.expireAccessTokens()
    expect(await outcome(tab.client.fetch(world.hello))).toBe('200')
    expect(world.server.refreshes()).toBe(2)
  })

  test('tries again after an outage without waiting for the next interval', async () => {
    const tab = await world.openSignedIn({ keepAlive: { every: 3600 } })
    tab.pass(30 * minute)
    world.server.expireAccessTokens()
    world.server.script = () => ({ status: 503 })
    expect(await outcome(tab.client.fetch(world.hello))).toBe('RefreshUnavailableError')
    world.server.script = undefined

    tab.pass(5000)

    await until(() => tab.client.state === 'active')
  })

  test('whose timers are ten minutes late refreshes before it sends, so that no request is refused', async () => {
    const tab = await world.openSignedIn({ keepAlive: true })
    tab.visible = false
    world.server.expireAccessTokens()

    tab.pass(10 * minute, 'asleep')
    const outcomes = await Promise.all([1, 2, 3].map(() => outcome(tab.client.fetch(world.hello))))

    expect(outcomes).toEqual(['200', '200', '200'])
    expect(world.server.apiCalls.map(({ status }) => status)).toEqual([200, 200, 200])
    expect(world.server.refreshes()).toBe(1)
  })

  test.each(['cookie', 'body'] as const)(
    'goes on from memory where the browser has deleted its storage, and stores the session again (%s)',
    async (transport) => {
      let stored: VaultRecord | undefined
      const openVault = () => async (change: (before: VaultRecord | undefined) => VaultRecord | undefined) => {
        const before = stored
        stored = change(before) ?? before
        return before
      }
      const tab = await world.openSignedIn({ keepAlive: true, transport }, { openVault: openVault as never })
      tab.pass(5 * minute)
      await until(() => world.server.refreshes() === 1 && tab.client.state === 'active')

      for (let deletion = 2; deletion < 5; deletion++) {
        stored = undefined
        tab.pass(5 * minute)
        await until(() => world.server.refreshes() === deletion && tab.client.state === 'active')
        expect(await outcome(tab.client.fetch(world.hello))).toBe('200')
      }

      expect(stored?.session).toMatchObject({ sid: tab.client.session!.id })
      expect(Boolean(stored?.session?.refreshToken)).toBe(transport === 'body')
    },
  )

  test('stays signed out after a sign-out, whatever it has in memory', async () => {
    const tab = await world.openSignedIn({ keepAlive: true, transport: 'body' })

    await tab.client.signOut()
    tab.pass(hour)

    expect([tab.client.state, await outcome(tab.client.token())]).toEqual(['anonymous', 'SignedOutError signed_out'])
  })

  test.each([{ every: -1 }, { every: 86_400 }, { evry: 60 }, 60, 'yes'])(
    'is refused with keepAlive %j',
    (keepAlive) => {
      expect(() => world.open({ keepAlive: keepAlive as never })).toThrow(
        'createClient: `keepAlive` must be a boolean or { every: seconds }.',
      )
    },
  )
})
