import { randomBytes } from 'node:crypto'
import { StoreUnavailableError } from '../store.js'
import { bulkUpdate } from './bulk.js'
import type { Database } from './database.js'
import { onlyIf } from './expressions.js'

/** A lock that expires if the node that holds it dies. */
export interface Lease {
  /** @returns false if another node has it. */
  acquire(): Promise<boolean>
  /** @throws StoreUnavailableError if another node has acquired it. */
  extend(): Promise<void>
  release(): Promise<void>
}

export function createLease(database: Database, collection: string): Lease {
  const owner = randomBytes(12).toString('base64url')

  async function acquire(): Promise<boolean> {
    const isExpired = { $lte: [{ $ifNull: ['$until', '$$NOW'] }, '$$NOW'] }
    const isFree = { $or: [isExpired, { $eq: ['$owner', owner] }] }
    const pipeline = [{ $set: { owner, until: { $add: ['$$NOW', onlyIf(isFree, leaseDuration)] } } }]
    const [outcome] = await bulkUpdate(database, collection, [{ id: 'lock', pipeline, upsert: true }])
    if (outcome instanceof Error) throw outcome
    return outcome === 'done'
  }

  return {
    acquire,

    async extend() {
      if (!(await acquire())) throw new StoreUnavailableError('another node has taken over the migration')
    },

    async release() {
      const deletes = [{ q: { _id: 'lock', owner }, limit: 1 }]
      // If this fails, the lease expires.
      await database.write({ delete: collection, deletes }).catch(() => {})
    },
  }
}

/** Milliseconds. */
const leaseDuration = 60_000
