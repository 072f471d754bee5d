import { createBatch } from '../driver/batch.js'
import type { OneTimeValueStore } from '../store.js'
import { bulkUpdate, type Update, type UpdateOutcome } from './bulk.js'
import type { DriverContext } from './context.js'
import { onlyIf } from './expressions.js'

export function mongodbOneTimeValues({ database, names, now }: DriverContext): OneTimeValueStore {
  const update = createBatch<Update, UpdateOutcome>({
    run: (updates) => bulkUpdate(database, names.oneTimeValues, updates),
  })

  return {
    async claim(value, retention) {
      const isFree = { $lte: [{ $ifNull: ['$expiresAt', '$$NOW'] }, '$$NOW'] }
      const expiresAt = { $add: ['$$NOW', onlyIf(isFree, retention * 1000)] }
      const outcome = await update({ id: value, pipeline: [{ $set: { expiresAt } }], upsert: true })
      if (outcome instanceof Error) throw outcome
      return outcome === 'done' ? 'claimed' : 'taken'
    },

    async deleteExpired(limit) {
      const over = { expiresAt: { $lte: new Date(await now()) } }
      return database.deleteBatch(names.oneTimeValues, over, { expiresAt: 1 }, limit)
    },
  }
}
