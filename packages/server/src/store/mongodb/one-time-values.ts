import { createBatch } from '../driver/batch.js'
import type { OneTimeValueStore } from '../store.js'
import type { DriverContext } from './context.js'
import { onlyIf } from './expressions.js'
import { type Outcome, type Statement, updateEach } from './update-each.js'

export function mongodbOneTimeValues({ commands, names, now }: DriverContext): OneTimeValueStore {
  const update = createBatch<Statement, Outcome>({
    run: (statements) => updateEach(commands, names.oneTimeValues, statements),
  })

  return {
    async claim(value, keepFor) {
      const isFree = { $lte: [{ $ifNull: ['$expiresAt', '$$NOW'] }, '$$NOW'] }
      const expiresAt = { $add: ['$$NOW', onlyIf(isFree, keepFor * 1000)] }
      const outcome = await update({ id: value, pipeline: [{ $set: { expiresAt } }], upsert: true })
      if (outcome instanceof Error) throw outcome
      return outcome === 'done' ? 'claimed' : 'taken'
    },

    async deleteExpired(limit) {
      if (limit <= 0) return 0
      const over = { expiresAt: { $lte: new Date(await now()) } }
      const ids = await commands.idsOf(names.oneTimeValues, over, { expiresAt: 1 }, limit)
      if (ids.length === 0) return 0
      const deletes = [{ q: { _id: { $in: ids }, ...over }, limit: 0 }]
      return (await commands.write({ delete: names.oneTimeValues, deletes })).n ?? 0
    },
  }
}
