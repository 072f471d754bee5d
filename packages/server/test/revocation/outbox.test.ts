import type { RevocationEntry } from '@sessionward/protocol'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createRevocationOutbox } from '../../src/revocation/outbox.js'

beforeEach(() => {
  vi.useFakeTimers()
  vi.spyOn(console, 'warn').mockImplementation(() => {})
})
afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

describe('the outbox of revocations', () => {
  it('gets through a disk that takes a part each time, and writes nothing twice', async () => {
    const { outbox, disk, lines } = withDisk()
    const entries = Array.from({ length: 1200 }, (_, index) => end(`session ${index}`))
    await outbox.publish(entries)
    expect(lines).toEqual([])

    for (const room of [500, 1000, 1200]) {
      disk.room = room
      await vi.advanceTimersByTimeAsync(60_000)
    }

    expect(lines).toEqual(entries.map(({ sid }) => sid))
    await outbox.close()
  })

  it('looks for ten minutes after an answer that was lost, and writes down once what shows in that time', async () => {
    const { outbox, disk, lines, store, published } = withDisk()
    disk.room = 10
    outbox.onLostAnswer()
    await vi.advanceTimersByTimeAsync(60_000)
    store.push(end('late'))

    await vi.advanceTimersByTimeAsync(10 * 60_000)

    expect(lines).toEqual(['late'])
    expect(published).toContain('late')
    store.push(end('of another node'))
    await vi.advanceTimersByTimeAsync(60 * 60_000)
    expect(lines).toEqual(['late'])
    await outbox.close()
  })

  it('looks once more when it closes, if an answer was lost before', async () => {
    const { outbox, disk, lines, store } = withDisk()
    disk.room = 10
    outbox.onLostAnswer()
    store.push(end('just before the end'))

    await outbox.close()

    expect(lines).toEqual(['just before the end'])
    expect(vi.getTimerCount()).toBe(0)
  })
})

/** A disk of ours, because a real one is not full when it should be. */
function withDisk() {
  const lines: string[] = []
  const published: string[] = []
  const store: ReturnType<typeof end>[] = []
  const disk = { room: 0 }
  const sidsOf = (entries: readonly RevocationEntry[]) => entries.map((entry) => ('sid' in entry ? entry.sid : ''))
  const outbox = createRevocationOutbox({
    feed: { publish: (entries) => void published.push(...sidsOf(entries)) },
    journal: {
      async append(entries) {
        const fitting = sidsOf(entries).slice(0, disk.room - lines.length)
        lines.push(...fitting)
        if (fitting.length < entries.length) throw new Error('ENOSPC')
      },
    },
    sessions: { revokedSince: async () => ({ epoch: 'one', now: Date.now(), entries: [...store] }) },
    count: () => {},
  })
  return { outbox, disk, lines, published, store }
}

function end(sid: string) {
  return { sid, reason: 'signed_out', expires: 4_000_000_000 } as const
}
