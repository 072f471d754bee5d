import {
  type RevocationEntry,
  type RevocationMessage,
  revocationHeartbeat,
  revocationOverlap,
} from '@sessionward/protocol'
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { createIdleTime } from '../../src/idle-time.js'
import { createRevocationFeed } from '../../src/revocation/feed.js'
import { session } from '../../src/store/conformance/samples.js'
import { memoryStore } from '../../src/store/memory/index.js'
import type { Relay, RelayListener, SessionStore } from '../../src/store/store.js'
import { Clock } from '../harness/clock.js'
import { type Interposed, interpose } from '../harness/stores.js'

const owner = { tenant: '', subject: 'ann' }

function feedOnStore({ relayed = false } = {}) {
  const clock = new Clock()
  const stored = interpose(memoryStore({ now: clock.read }))
  const idle = new Clock()
  const idleTime = createIdleTime(idle.read)
  const relay = new TestRelay()
  const feed = createRevocationFeed({
    sessions: stored.store.sessions,
    relay: relayed ? relay : undefined,
    idleTime,
    idleAfter: 360,
  })
  /** An entry, as any write makes one. */
  const write = (version: number) => stored.store.sessions.recordProfileChange(owner, version, 360)
  return { clock, stored, feed, write, relay, idleTime, idle }
}

/** Lets what was begun go on as far as it can without a timer. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve()
}

function versionsOf(message: RevocationMessage | undefined): number[] {
  return (message?.entries ?? []).map((entry) => ('pv' in entry ? entry.pv : Number.NaN))
}

describe('reading the feed', () => {
  it('gives a snapshot to a reader without a cursor', async () => {
    const { feed, write, clock } = feedOnStore()
    await write(1)

    const message = await feed.read()

    expect(message).toMatchObject({ version: 1, snapshot: true, watermark: clock.read() })
    expect(versionsOf(message)).toEqual([1])
  })

  it('gives a reader with a cursor what was written since, and the overlap before it', async () => {
    const { feed, write, clock } = feedOnStore()
    await write(1)
    clock.advance(1)
    await write(2)
    clock.advance(revocationOverlap)
    const cursor = await feed.read()
    await write(3)

    const message = await feed.read(cursor)

    expect(message.snapshot).toBe(false)
    expect(versionsOf(message)).toEqual([2, 3])
  })

  it('gives a reader that polls every entry that still counts once a minute', async () => {
    const { feed, stored, write, clock } = feedOnStore()
    const hidden = await hide(stored, () => write(1))
    clock.advance(90)
    let cursor = await feed.read()
    hidden.show()
    const found: number[] = []

    for (let second = 0; second <= 60; second++) {
      cursor = await feed.read(cursor)
      found.push(...versionsOf(cursor))
      clock.advance(1)
    }

    expect(found).toContain(1)
    // Not each time: a reader that polls often does not receive everything often.
    expect(found.length).toBeLessThan(3)
  })

  it.each([
    ['of another epoch', (cursor: RevocationMessage) => ({ ...cursor, epoch: 'another' })],
    ['from the future of a store that was restored', (cursor: RevocationMessage) => ({ ...cursor, watermark: 9e14 })],
  ])('gives a snapshot to a reader with a cursor %s', async (_, spoil) => {
    const { feed, write, clock } = feedOnStore()
    await write(1)
    clock.advance(2 * revocationOverlap)
    await write(2)

    const message = await feed.read(spoil(await feed.read()))

    expect(message.snapshot).toBe(true)
    expect(versionsOf(message)).toEqual([1, 2])
  })
})

describe('subscribing to the feed', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'setTimeout', 'clearTimeout'] }))
  afterEach(() => void vi.useRealTimers())

  it('begins with a snapshot and continues with each entry as it is written', async () => {
    const { feed, write } = feedOnStore()
    await write(1)
    const heard: RevocationMessage[] = []
    feed.subscribe((message) => heard.push(message))
    await settle()

    feed.publish([await write(2)])

    expect(heard.map(versionsOf)).toEqual([[1], [2]])
    expect(heard.map(({ snapshot }) => snapshot)).toEqual([true, false])
    expect(heard[1]!.epoch).toBe(heard[0]!.epoch)
  })

  it('says which messages the store has just answered, so that a guard in this process follows a clock that was corrected', async () => {
    const { feed, write, clock } = feedOnStore()
    const heard: (readonly [watermark: number, answer: boolean | undefined])[] = []
    feed.subscribe(({ watermark }, answer) => heard.push([watermark, answer]))
    await settle()
    const begun = clock.read()
    feed.publish([await write(1)])
    clock.advance(-40)

    await vi.advanceTimersByTimeAsync(revocationHeartbeat * 1000)

    expect(heard[0]).toEqual([begun, true])
    expect(heard[1]![1]).toBe(false)
    expect(heard.at(-1)).toEqual([clock.read(), true])
  })

  it('loses no entry that is written between the reading of the snapshot and its delivery', async () => {
    const { feed, stored, write } = feedOnStore()
    const heard: RevocationMessage[] = []
    let deliver = () => {}
    const read = stored.store.sessions.revokedSince
    const slow = createRevocationFeed({
      sessions: {
        revokedSince: async (from) => {
          const found = await read(from)
          await new Promise<void>((resolve) => {
            deliver = resolve
          })
          return found
        },
      },
      relay: undefined,
      idleTime: createIdleTime(),
      idleAfter: 360,
    })
    feed.close()
    slow.subscribe((message) => heard.push(message))
    await settle()

    slow.publish([await write(1)])
    deliver()
    await settle()

    expect(heard.map(versionsOf)).toEqual([[], [1]])
    expect(heard.map(({ snapshot }) => snapshot)).toEqual([true, false])
  })

  it('sends a message every 5 seconds, with what other nodes have written', async () => {
    const { feed, write, clock } = feedOnStore()
    const heard: RevocationMessage[] = []
    feed.subscribe((message) => heard.push(message))
    await settle()
    await write(7)
    clock.advance(revocationHeartbeat)

    await vi.advanceTimersByTimeAsync(revocationHeartbeat * 1000)

    expect(heard.map(versionsOf)).toEqual([[], [7]])
    await vi.advanceTimersByTimeAsync(revocationHeartbeat * 1000)
    expect(heard).toHaveLength(3)
  })

  it('sends nothing while the store is unavailable, so that guards see a stale feed, and then continues', async () => {
    const { feed, stored } = feedOnStore()
    const heard: RevocationMessage[] = []
    feed.subscribe((message) => heard.push(message))
    await settle()
    stored.away = true
    await vi.advanceTimersByTimeAsync(3 * revocationHeartbeat * 1000)
    expect(heard).toHaveLength(1)

    stored.away = false
    await vi.advanceTimersByTimeAsync(revocationHeartbeat * 1000)

    expect(heard).toHaveLength(2)
  })

  it('waits with its first message for a store that is unavailable at the start', async () => {
    const { feed, stored, write } = feedOnStore()
    await write(1)
    stored.away = true
    const heard: RevocationMessage[] = []
    feed.subscribe((message) => heard.push(message))
    await vi.advanceTimersByTimeAsync(2000)
    expect(heard).toEqual([])

    stored.away = false
    await vi.advanceTimersByTimeAsync(1000)

    expect(heard.map(versionsOf)[0]).toEqual([1])
  })

  it('continues for the other readers when one of them throws', async () => {
    const warned = vi.spyOn(console, 'warn').mockImplementation(() => {})
    onTestFinished(() => warned.mockRestore())
    const { feed, write } = feedOnStore()
    const heard: RevocationMessage[] = []
    feed.subscribe(() => {
      throw new Error('no memory')
    })
    feed.subscribe((message) => heard.push(message))
    await settle()

    feed.publish([await write(1)])
    await vi.advanceTimersByTimeAsync(revocationHeartbeat * 1000)

    expect(heard.map(versionsOf)).toEqual([[], [1], []])
    expect(warned).toHaveBeenCalledTimes(3)
  })

  it('runs no timer without subscribers, and delivers nothing after the end of a subscription', async () => {
    const { feed, write } = feedOnStore()
    const heard: RevocationMessage[] = []
    const ends = [1, 2].map(() => feed.subscribe((message) => heard.push(message)))
    expect(vi.getTimerCount()).toBe(1)

    for (const end of ends) end()
    await settle()
    feed.publish([await write(1)])

    expect(vi.getTimerCount()).toBe(0)
    expect(heard).toEqual([])
  })

  it('notifies subscribers when it closes, and later ones at once', async () => {
    const { feed } = feedOnStore()
    const ended = vi.fn()
    feed.subscribe(() => {}, undefined, ended)

    feed.close()
    feed.subscribe(() => {}, undefined, ended)
    feed.close()

    expect(ended).toHaveBeenCalledTimes(2)
    expect(vi.getTimerCount()).toBe(0)
  })
})

describe('receiving what other nodes wrote', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'setTimeout', 'clearTimeout'] }))
  afterEach(() => void vi.useRealTimers())

  it('polls every half second without a relay, and delivers each entry once', async () => {
    const { feed, write, heard } = await listening()
    await write(1)

    await vi.advanceTimersByTimeAsync(500)
    expect(heard.map(versionsOf)).toEqual([[], [1]])

    await vi.advanceTimersByTimeAsync(2 * revocationHeartbeat * 1000)
    expect(heard.map(versionsOf)).toEqual([[], [1], [], []])
    feed.close()
  })

  it('polls only with its heartbeat while the relay is live, and delivers at once what the relay brings', async () => {
    const { feed, stored, relay, heard } = await listening({ relayed: true })
    relay.live(true)
    await settle()
    stored.calls.length = 0

    relay.receive([{ sub: 'ann', pv: 3, expires: inFiveMinutes() }], heard[0]!.epoch)
    expect(heard.map(versionsOf)).toEqual([[], [3]])

    await vi.advanceTimersByTimeAsync(revocationHeartbeat * 1000)
    expect(stored.calls.filter((verb) => verb === 'sessions.revokedSince')).toHaveLength(1)
    feed.close()
  })

  it('polls every half second again while the relay is down, and at once when it is back', async () => {
    const { feed, write, relay, heard } = await listening({ relayed: true })
    relay.live(true)
    relay.live(false)
    await write(1)
    await vi.advanceTimersByTimeAsync(500)
    expect(heard.map(versionsOf)).toEqual([[], [1]])

    await write(2)
    relay.live(true)
    await settle()

    expect(heard.map(versionsOf)).toEqual([[], [1], [2]])
    feed.close()
  })

  it('announces what this node wrote, and delivers it once although it comes back', async () => {
    const { feed, write, relay, heard } = await listening({ relayed: true })
    relay.live(true)
    await settle()
    const entry = await write(1)

    feed.publish([entry])
    relay.receive([entry], heard[0]!.epoch)
    await vi.advanceTimersByTimeAsync(revocationHeartbeat * 1000)

    expect(relay.announced).toEqual([entry])
    expect(heard.map(versionsOf)).toEqual([[], [1], []])
    feed.close()
  })

  it('delivers a profile version that is later than the one it has delivered', async () => {
    const { feed, relay, heard } = await listening({ relayed: true })
    relay.live(true)
    await settle()

    feed.publish([{ sub: 'ann', pv: 2, expires: inFiveMinutes() }])
    for (const pv of [1, 3]) relay.receive([{ sub: 'ann', pv, expires: inFiveMinutes() }], heard[0]!.epoch)

    expect(heard.map(versionsOf)).toEqual([[], [2], [3]])
    feed.close()
  })

  it.each([
    ['would never expire', { reason: 'signed_out', expires: Number.MAX_SAFE_INTEGER }],
    ['lasts a little longer', { reason: 'signed_out', expires: inFiveMinutes() + 90 }],
  ] as const)(
    'delivers a sign-out from the store, though an entry that %s was announced before it',
    async (_, forged) => {
      const { feed, stored, relay, heard } = await listening({ relayed: true })
      relay.live(true)
      await settle()
      const begun = session(owner)
      await stored.store.sessions.create(begun)

      relay.receive([{ sid: begun.id, ...forged }], heard[0]!.epoch)
      const before = heard.length
      await stored.store.sessions.revoke(begun.id, 'signed_out', 360)
      await vi.advanceTimersByTimeAsync(revocationHeartbeat * 1000)

      const later = heard.slice(before).flatMap(({ entries }) => entries)
      expect(later).toMatchObject([{ sid: begun.id, reason: 'signed_out' }])
      feed.close()
    },
  )

  it('does not pass on what is announced to last longer than any entry does', async () => {
    const { feed, relay, heard } = await listening({ relayed: true })
    relay.live(true)
    await settle()

    for (const expires of [Number.MAX_SAFE_INTEGER, inFiveMinutes() + 86_400]) {
      relay.receive([{ sid: 'forged', reason: 'signed_out', expires }], heard[0]!.epoch)
    }

    expect(heard.flatMap(({ entries }) => entries)).toEqual([])
    feed.close()
  })

  it('still receives from other nodes while it cannot reach the store, however long', async () => {
    const { feed, stored, relay, heard } = await listening({ relayed: true })
    relay.live(true)
    await settle()
    stored.away = true
    const passed = vi.spyOn(performance, 'now').mockReturnValue(performance.now() + 900_000)
    onTestFinished(() => passed.mockRestore())

    relay.receive([{ sid: 'elsewhere', reason: 'signed_out', expires: inFiveMinutes() + 900 }], heard[0]!.epoch)

    expect(heard.flatMap(({ entries }) => entries)).toHaveLength(1)
    feed.close()
  })

  it('dates each message by the clock of the store, at most 10 seconds after it was read', async () => {
    const { feed, stored, write, heard } = await listening()
    const read = heard[0]!.watermark
    const entries = [await write(1), await write(2)]
    stored.away = true
    const now = vi.spyOn(performance, 'now')
    onTestFinished(() => now.mockRestore())
    const begun = performance.now()

    for (const [index, seconds] of [3, 900].entries()) {
      now.mockReturnValue(begun + seconds * 1000)
      feed.publish([entries[index]!])
    }

    const ahead = heard.slice(1).map(({ watermark }) => Math.round((watermark - read) / 1000))
    expect(ahead).toEqual([3, 10])
    feed.close()
  })

  it('announces an entry once, however often it is published', async () => {
    const { feed, write, relay } = await listening({ relayed: true })
    const entry = await write(1)

    feed.publish([entry])
    feed.publish([entry, await write(2)])
    await settle()

    expect(relay.announced.map((one) => 'pv' in one && one.pv)).toEqual([1, 2])
    feed.close()
  })

  it('does not read the store for each entry that it announces without subscribers', async () => {
    const { feed, stored, write } = feedOnStore({ relayed: true })
    const entries = [await write(1), await write(2), await write(3)]
    await feed.read()
    stored.calls.length = 0

    for (const entry of entries) feed.publish([entry])
    await settle()

    expect(stored.calls).toEqual([])
  })

  it('does not pass on what is announced of another store that shares the relay', async () => {
    const { feed, relay, heard } = await listening({ relayed: true })
    relay.live(true)
    await settle()

    relay.receive([{ sub: 'ann', pv: 7, expires: inFiveMinutes() }], 'another')

    expect(heard.map(versionsOf)).toEqual([[]])
    feed.close()
  })

  it('polls at its first tick for what was announced before it could read', async () => {
    const { feed, stored, write, relay } = feedOnStore({ relayed: true })
    const { epoch } = await feed.read()
    const heard: RevocationMessage[] = []
    stored.away = true
    feed.subscribe((message) => heard.push(message))
    relay.live(true)
    await settle()
    stored.away = false
    relay.receive([await write(4)], epoch)

    await vi.advanceTimersByTimeAsync(1500)

    expect(heard.flatMap(versionsOf)).toContain(4)
    feed.close()
  })

  it('delivers within a minute what became visible long after it was written', async () => {
    const { feed, stored, write, heard, clock } = await listening()
    const hidden = await hide(stored, () => write(1))
    clock.advance(70)
    await vi.advanceTimersByTimeAsync(500)
    expect(heard.flatMap(versionsOf)).toEqual([])

    hidden.show()
    for (let second = 0; second < 60; second++) {
      clock.advance(1)
      await vi.advanceTimersByTimeAsync(1000)
    }

    expect(heard.flatMap(versionsOf)).toEqual([1])
    feed.close()
  })

  it('delivers to a reader that reconnects what became visible long after it was written, though the others have it', async () => {
    const { feed, stored, write, heard, clock } = await listening()
    const hidden = await hide(stored, () => write(1))
    clock.advance(120)
    const { epoch, watermark } = await feed.read()
    hidden.show()
    clock.advance(1)
    await vi.advanceTimersByTimeAsync(500)
    expect(heard.flatMap(versionsOf)).toEqual([1])

    const later: RevocationMessage[] = []
    feed.subscribe((message) => later.push(message), { epoch, watermark })
    await settle()

    expect(later.map(versionsOf)).toEqual([[1]])
    expect(later[0]!.snapshot).toBe(false)
    feed.close()
  })

  it('polls only with its heartbeat on a node without requests', async () => {
    const { feed, stored, idleTime, idle } = await listening()
    idle.advance(361)
    stored.calls.length = 0

    await vi.advanceTimersByTimeAsync(revocationHeartbeat * 1000)
    expect(stored.calls).toHaveLength(1)

    idleTime.reset()
    await vi.advanceTimersByTimeAsync(1000)
    expect(stored.calls).toHaveLength(3)
    feed.close()
  })

  it('lets the database sleep on a node without requests where only its own guard subscribes', async () => {
    const { feed, stored, write, idleTime, idle, heard } = await listening({ ownGuard: true })
    idle.advance(361)
    await vi.advanceTimersByTimeAsync(500)
    stored.calls.length = 0
    await vi.advanceTimersByTimeAsync(3600_000)
    expect(stored.calls).toEqual([])
    const before = heard.length
    await write(5)

    idleTime.reset()
    const requests = [feed.resume(), feed.resume()]
    await Promise.all(requests)

    expect(requests.every((request) => request !== undefined)).toBe(true)
    expect(heard.slice(before).map(versionsOf)).toEqual([[5]])
    expect(feed.resume()).toBeUndefined()
    feed.close()
  })

  it('stops listening to the relay with the last subscriber', async () => {
    const { feed, relay } = feedOnStore({ relayed: true })

    const end = feed.subscribe(() => {})
    expect(relay.listeners.size).toBe(1)
    end()

    expect(relay.listeners.size).toBe(0)
    feed.close()
  })
})

async function listening({ relayed = false, ownGuard = false } = {}) {
  const world = feedOnStore({ relayed })
  const heard: RevocationMessage[] = []
  const source = ownGuard ? world.feed.whileActive : world.feed
  source.subscribe((message) => heard.push(message))
  await settle()
  return { ...world, heard }
}

/** An entry whose commit nobody sees until it is shown, as on a database that waits for a standby. */
async function hide(stored: Interposed, write: () => Promise<RevocationEntry>) {
  const hidden = await write()
  stored.around = async (verb, _, go) => {
    const found = await go()
    if (verb !== 'sessions.revokedSince') return found
    const { entries, ...rest } = found as Awaited<ReturnType<SessionStore['revokedSince']>>
    return { ...rest, entries: entries.filter((entry) => JSON.stringify(entry) !== JSON.stringify(hidden)) }
  }
  return {
    show() {
      stored.around = undefined
    },
  }
}

function inFiveMinutes(): number {
  return Math.ceil(Date.now() / 1000) + 300
}

/** A relay as a driver has one; its other end is the test. */
class TestRelay implements Relay {
  readonly listeners = new Set<RelayListener>()
  readonly announced: RevocationEntry[] = []

  async announce(entries: readonly RevocationEntry[]): Promise<void> {
    this.announced.push(...entries)
  }

  listen(listener: RelayListener): () => void {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  receive(entries: readonly RevocationEntry[], epoch: string): void {
    for (const listener of this.listeners) listener.receive(entries, epoch)
  }

  live(arriving: boolean): void {
    for (const listener of this.listeners) listener.live(arriving)
  }
}
