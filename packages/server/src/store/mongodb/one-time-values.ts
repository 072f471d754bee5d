import { createBatch } from '../driver/batch.js'
import type { OneTimeValueStore } from '../store.js'
import type { DriverContext } from './context.js'
import { type Update, type Updated, updateEach } from './each.js'
import { onlyIf } from './expressions.js'

export function mongodbOneTimeValues({ database, names, now }: DriverContext): OneTimeValueStore {
  const update = createBatch<Update, Updated>({
    run: (updates) => updateEach(database, names.oneTimeValues, updates),
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
      return database.deleteSome(names.oneTimeValues, over, { expiresAt: 1 }, limit)
    },
  }
}
