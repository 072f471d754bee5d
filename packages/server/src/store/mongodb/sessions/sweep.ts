import { type DeletedBatch, deleteInBatches } from '../../driver/delete-in-batches.js'
import type { SessionStore } from '../../store.js'
import type { Document } from '../client.js'
import type { DriverContext } from '../context.js'

/** Deletes in small batches: ids by an index first, then those of them to which the condition still applies. */
export function sweep({ database, names, now }: DriverContext): Pick<SessionStore, 'deleteExpired'> {
  /** Examines a batch of the sessions that may be over, and records the later end of those that are not. */
  async function sweepBatch(before: number, at: number, limit: number): Promise<DeletedBatch> {
    const ids = await database.idsOf(
      names.sessions,
      { sweepAt: { $lt: before }, ...withoutEntry(at) },
      { sweepAt: 1 },
      limit,
    )
    if (ids.length === 0) return { examined: 0, deleted: 0 }
    const byIds = { _id: { $in: ids } }
    await database.write({
      update: names.sessions,
      updates: [{ q: byIds, u: [{ $set: { sweepAt: earliestEnd } }], multi: true }],
    })
    const over = { ...byIds, $or: ends.map((end) => ({ [end]: { $lt: before } })), ...withoutEntry(at) }
    const { n = 0 } = await database.write({ delete: names.sessions, deletes: [{ q: over, limit: 0 }] })
    return { examined: ids.length, deleted: n }
  }

  async function deleteEntries(at: number): Promise<void> {
    const over = { $lte: at / 1000 }
    let deleted: number
    do deleted = await database.deleteBatch(names.profileChanges, { expires: over }, { expires: 1 }, batchSize)
    while (deleted === batchSize)
    const condition = { 'entry.expires': over }
    let ids: readonly string[]
    do {
      ids = await database.idsOf(names.sessions, condition, { 'entry.expires': 1 }, batchSize)
      const q = { _id: { $in: ids }, ...condition }
      if (ids.length > 0)
        await database.write({ update: names.sessions, updates: [{ q, u: { $unset: { entry: '' } }, multi: true }] })
    } while (ids.length === batchSize)
  }

  return {
    async deleteExpired(retention, limit) {
      const at = await now()
      const before = at - retention * 1000
      await deleteEntries(at)
      return deleteInBatches(limit, batchSize, (size) => sweepBatch(before, at, size))
    },
  }
}

const batchSize = 200

const ends = ['idleDeadline', 'absoluteDeadline', 'ended.at'] as const

/** The earliest of its ends; null and missing ones do not count. */
const earliestEnd = { $min: ends.map((end) => `$${end}`) }

/** Not the sessions whose revocation entry still counts: the entry is part of the session. */
function withoutEntry(at: number): Document {
  return { 'entry.expires': { $not: { $gt: at / 1000 } } }
}
