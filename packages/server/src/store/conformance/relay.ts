import { deepEqual, equal, ok } from 'node:assert/strict'
import type { RevocationEntry } from '@sessionward/protocol'
import type { Store } from '../store.js'
import { casesOf } from './case.js'

/** What one node tells the others. */
export const relay = casesOf('relay', {
  async 'what a node announces arrives at every node that listens, and not after it has stopped'(store, other) {
    const entry = { sid: `announced ${Math.random()}`, reason: 'signed_out', expires: 4_000_000_000 } as const
    const heard = [listenTo(store), listenTo(other)]
    await Promise.all(heard.map(({ live }) => live))
    const { epoch } = await store.sessions.revokedSince(null)

    await store.relay!.announce([entry], epoch)

    for (const { received } of heard) deepEqual(await received(entry.sid), entry)
    heard[0]!.stop()
    const later = { ...entry, sid: `later ${Math.random()}` }
    await store.relay!.announce([later], epoch)
    deepEqual(await heard[1]!.received(later.sid), later)
    equal(
      heard[0]!.entries.some((one) => 'sid' in one && one.sid === later.sid),
      false,
    )
    heard[1]!.stop()
  },

  async 'many entries at once all arrive'(store, other) {
    const entries = Array.from({ length: 500 }, (_, index) => ({
      sid: `one of many ${index} ${Math.random()}`,
      reason: 'session_revoked' as const,
      expires: 4_000_000_000,
    }))
    const heard = listenTo(other)
    await heard.live
    const { epoch } = await store.sessions.revokedSince(null)

    await store.relay!.announce(entries, epoch)

    for (const entry of entries) ok(await heard.received(entry.sid))
    heard.stop()
  },

  async 'what arrives says whose it is, so that stores with one relay can be told apart'(store, other) {
    const entry = { sub: `somebody ${Math.random()}`, pv: 3, expires: 4_000_000_000 }
    const heard = listenTo(other)
    await heard.live
    const { epoch } = await store.sessions.revokedSince(null)

    await store.relay!.announce([entry], epoch)

    equal(await heard.epochOf(entry.sub), epoch)
    heard.stop()
  },
})

/** A listener at a node, and what it has received. */
function listenTo({ relay }: Store) {
  const entries: RevocationEntry[] = []
  const epochs = new Map<RevocationEntry, string>()
  let stop = () => {}
  const live = new Promise<void>((resolve) => {
    stop = relay!.listen({
      receive(some, epoch) {
        entries.push(...some)
        for (const entry of some) epochs.set(entry, epoch)
      },
      live: (arriving) => {
        if (arriving) resolve()
      },
    })
  })
  async function found(is: (entry: RevocationEntry) => boolean): Promise<RevocationEntry> {
    for (;;) {
      const entry = entries.find(is)
      if (entry) return entry
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
  }
  const received = (sid: string) => found((entry) => 'sid' in entry && entry.sid === sid)
  const epochOf = async (sub: string) => epochs.get(await found((entry) => 'sub' in entry && entry.sub === sub))
  return { entries, live, received, epochOf, stop: () => stop() }
}
