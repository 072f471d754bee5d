import type { SessionStore } from '../store.js'
import type { DriverContext } from './context.js'
import type { Document } from './database.js'

/** Deletes in small batches: ids by an index first, then those of them to which the condition still applies. */
export function mongodbSweep({ commands, names, now }: DriverContext): Pick<SessionStore, 'deleteExpired'> {
  /** Looks at a batch of the sessions that may be over, and remembers the later end of those which are not. */
  async function sweep(before: number, at: number, limit: number): Promise<{ looked: number; deleted: number }> {
    const ids = await commands.idsOf(names.sessions, { sweepAt: { $lt: before }, ...silent(at) }, { sweepAt: 1 }, limit)
    if (ids.length === 0) return { looked: 0, deleted: 0 }
    const those = { _id: { $in: ids } }
    await commands.write({
      update: names.sessions,
      updates: [{ q: those, u: [{ $set: { sweepAt: overAt } }], multi: true }],
    })
    const over = { ...those, $or: ends.map((end) => ({ [end]: { $lt: before } })), ...silent(at) }
    const { n = 0 } = await commands.write({ delete: names.sessions, deletes: [{ q: over, limit: 0 }] })
    return { looked: ids.length, deleted: n }
  }

  async function forgetEntries(at: number): Promise<void> {
    const over = { $lte: at / 1000 }
    await inBatches(names.profileChanges, { expires: over }, { expires: 1 }, (q) =>
      commands.write({ delete: names.profileChanges, deletes: [{ q, limit: 0 }] }),
    )
    await inBatches(names.sessions, { 'entry.expires': over }, { 'entry.expires': 1 }, (q) =>
      commands.write({ update: names.sessions, updates: [{ q, u: { $unset: { entry: '' } }, multi: true }] }),
    )
  }

  async function inBatches(
    collection: string,
    condition: Document,
    order: Document,
    act: (filter: Document) => Promise<unknown>,
  ): Promise<void> {
    for (;;) {
      const ids = await commands.idsOf(collection, condition, order, batch)
      if (ids.length > 0) await act({ _id: { $in: ids }, ...condition })
      if (ids.length < batch) return
    }
  }

  return {
    async deleteExpired(keepFor, limit) {
      const at = await now()
      const before = at - keepFor * 1000
      await forgetEntries(at)
      let deleted = 0
      while (deleted < limit) {
        const round = await sweep(before, at, Math.min(batch, limit - deleted))
        if (round.looked === 0) break
        deleted += round.deleted
      }
      return deleted
    },
  }
}

const batch = 200

const ends = ['idleDeadline', 'absoluteDeadline', 'ended.at'] as const

/** The first of its ends. What is null, or is not there, does not count. */
const overAt = { $min: ends.map((end) => `$${end}`) }

/** A session is kept as long as the entry in it. */
function silent(at: number): Document {
  return { 'entry.expires': { $not: { $gt: at / 1000 } } }
}
