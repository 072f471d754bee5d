import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { memoryStore } from '@sessionward/server/store/memory'
import { sqliteStore } from '@sessionward/server/store/sqlite'
import { describe, expect, onTestFinished, test } from 'vitest'
import { session } from '../../src/store/conformance/samples.js'
import type { Store } from '../../src/store/store.js'

// What the conformance cases cannot see, because a real database's clock cannot be set: the very moment.
type Open = (now: () => number) => Store

const drivers: readonly [string, Open][] = [
  ['memory', (now) => memoryStore({ now })],
  ['sqlite', (now) => sqliteStore({ path: join(newFolder(), 'auth.db'), now })],
]

describe.each(drivers)('on a clock that is set, the %s store', (_, open) => {
  test('takes a deadline for passed from its very moment on', async () => {
    const { store, clock } = openAt(1_000_000, open)
    const [idle, absolute] = [session({ idleDeadline: 2_000_000 }), session({ absoluteDeadline: 2_000_000 })]
    for (const one of [idle, absolute]) await store.sessions.create(one)

    clock.now = 1_999_999
    for (const one of [idle, absolute]) expect(await store.sessions.listBySubject(one)).toEqual([one])
    clock.now = 2_000_000
    for (const one of [idle, absolute]) expect(await store.sessions.listBySubject(one)).toEqual([])
  })

  test('keeps an ended session for as long as it is told, from its end', async () => {
    const { store, clock } = openAt(1_000_000, open)
    const ended = session()
    await store.sessions.create(ended)
    await store.sessions.revoke(ended.id, 'signed_out', 300)

    clock.now = 1_000_000 + 60_000
    expect(await store.sessions.deleteExpired(60, 10)).toBe(0)
    clock.now += 1
    expect(await store.sessions.deleteExpired(60, 10)).toBe(1)
    expect((await store.sessions.find(ended.id)).session).toBeNull()
  })

  test('keeps a session that idled out for as long as it is told, from the deadline that its last use set', async () => {
    const { store, clock } = openAt(1_000_000, open)
    const used = session({ idleDeadline: 2_000_000 })
    await store.sessions.create(used)
    await store.sessions.touch(used.id, used, 3_000_000)

    clock.now = 2_500_000
    expect(await store.sessions.deleteExpired(0, 10)).toBe(0)
    clock.now = 3_060_000
    expect(await store.sessions.deleteExpired(60, 10)).toBe(0)
    clock.now += 1
    expect(await store.sessions.deleteExpired(60, 10)).toBe(1)
  })

  test('keeps an entry until the second from which no access token can be alive', async () => {
    const { store, clock } = openAt(1_000_500, open)
    const ended = session()
    await store.sessions.create(ended)

    const entry = await store.sessions.revoke(ended.id, 'signed_out', 300)

    expect(entry?.expires).toBe(1301)
    clock.now = 1_300_999
    expect((await store.sessions.revokedSince(1_000_500)).entries).toEqual([entry])
    expect((await store.sessions.revokedSince(1_000_501)).entries).toEqual([])
    clock.now = 1_301_000
    expect((await store.sessions.revokedSince(null)).entries).toEqual([])
    await store.sessions.deleteExpired(0, 10)
    clock.now = 1_300_999
    expect((await store.sessions.revokedSince(null)).entries).toEqual([])
  })

  test('begins a counter anew when its window is over', async () => {
    const { store, clock } = openAt(1_000_000, open)
    await store.counters.add('sign-in', 3, 60)

    clock.now += 59_001
    expect(await store.counters.add('sign-in', 1, 60)).toEqual({ count: 4, resetsIn: 1 })
    clock.now = 1_060_000
    expect(await store.counters.add('sign-in', 0, 60)).toEqual({ count: 0, resetsIn: 0 })
    expect(await store.counters.add('sign-in', 1, 60)).toEqual({ count: 1, resetsIn: 60 })
  })

  test('forgets a retired key, and events, only after the time that it is told', async () => {
    const { store, clock } = openAt(1_000_000, open)
    const key = { kid: 'k', algorithm: 'ES256', state: 'retired', publicKey: '{}', createdAt: 0 } as const
    await store.keys.create({ ...key, since: 1_000_000, sealedPrivateKey: new Uint8Array(1) })
    await store.events.append({ id: 'e', type: 't', at: 1_000_000, tenant: '', subject: null, sid: null, detail: {} })

    clock.now += 60_000
    expect([await store.keys.deleteRetired(60), await store.events.deleteOlderThan(60, 10)]).toEqual([0, 0])
    clock.now += 1
    expect([await store.keys.deleteRetired(60), await store.events.deleteOlderThan(60, 10)]).toEqual([1, 1])
  })
})

function openAt(now: number, open: Open) {
  const clock = { now }
  const store = open(() => clock.now)
  onTestFinished(() => store.close())
  return { store, clock }
}

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'sessionward-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}
