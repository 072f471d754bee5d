import { randomBytes } from 'node:crypto'
import { StoreUnavailableError } from '../store.js'
import type { Database } from './database.js'
import { updateEach } from './each.js'
import { onlyIf } from './expressions.js'

/** A lock that expires if the node that holds it dies. */
export interface Lease {
  take(): Promise<boolean>
  /** Extends it. @throws StoreUnavailableError if another node holds it by now. */
  keep(): Promise<void>
  release(): Promise<void>
}

export function createLease(database: Database, collection: string): Lease {
  const owner = randomBytes(12).toString('base64url')

  async function take(): Promise<boolean> {
    const isOver = { $lte: [{ $ifNull: ['$until', '$$NOW'] }, '$$NOW'] }
    const isFree = { $or: [isOver, { $eq: ['$owner', owner] }] }
    const pipeline = [{ $set: { owner, until: { $add: ['$$NOW', onlyIf(isFree, lasts)] } } }]
    const [outcome] = await updateEach(database, collection, [{ id: 'lock', pipeline, upsert: true }])
    if (outcome instanceof Error) throw outcome
    return outcome === 'done'
  }

  return {
    take,

    async keep() {
      if (!(await take())) throw new StoreUnavailableError('another node has taken over the migration')
    },

    async release() {
      const deletes = [{ q: { _id: 'lock', owner }, limit: 1 }]
      // If this fails, the lease expires.
      await database.write({ delete: collection, deletes }).catch(() => {})
    },
  }
}

/** Milliseconds. */
const lasts = 60_000
