import { randomBytes } from 'node:crypto'
import { StoreUnavailableError } from '../store.js'
import type { Commands } from './commands.js'
import { onlyIf } from './expressions.js'
import { updateEach } from './update-each.js'

/** A lock that a node which dies does not hold for ever. */
export interface Lease {
  take(): Promise<boolean>
  /** Makes it last again. @throws StoreUnavailableError where it was lost meanwhile. */
  keep(): Promise<void>
  release(): Promise<void>
}

export function createLease(commands: Commands, collection: string): Lease {
  const owner = randomBytes(12).toString('base64url')

  async function take(): Promise<boolean> {
    const isOver = { $lte: [{ $ifNull: ['$until', '$$NOW'] }, '$$NOW'] }
    const isFree = { $or: [isOver, { $eq: ['$owner', owner] }] }
    const pipeline = [{ $set: { owner, until: { $add: ['$$NOW', onlyIf(isFree, lasts)] } } }]
    const [outcome] = await updateEach(commands, collection, [{ id: 'lock', pipeline, upsert: true }])
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
      // Where it cannot be said, it ends by itself.
      await commands.write({ delete: collection, deletes }).catch(() => {})
    },
  }
}

/** Milliseconds. */
const lasts = 60_000
