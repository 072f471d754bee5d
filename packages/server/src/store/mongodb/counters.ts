import { type CounterStore, StoreUnavailableError } from '../store.js'
import type { Document } from './client.js'
import type { DriverContext } from './context.js'
import { now } from './expressions.js'

/** Counters that are gone are deleted by MongoDB itself, by a TTL index. Until then they count as nothing. */
export function mongodbCounters({ database, names }: DriverContext): CounterStore {
  async function read(key: string): Promise<Document | undefined> {
    const projection = { count: 1, resetsAt: 1, at: now }
    const { cursor } = await database.read({ find: names.counters, filter: { _id: { $eq: key } }, projection })
    return cursor!.firstBatch[0]
  }

  /** Only an addition makes a counter that is not there. */
  async function change(key: string, amount: number, window: number): Promise<Document | null> {
    const isRunning = { $gt: ['$resetsAt', '$$NOW'] }
    const running = { count: { $max: [0, { $add: ['$count', amount] }] }, at: now }
    const begun = { count: amount, at: now, resetsAt: { $add: ['$$NOW', window * 1000] } }
    const otherwise = amount > 0 ? begun : { at: now }
    const fields = { $cond: [isRunning, running, otherwise] }
    const act = () =>
      database.write({
        findAndModify: names.counters,
        query: { _id: { $eq: key } },
        update: [{ $replaceWith: { $mergeObjects: ['$$ROOT', fields] } }],
        upsert: amount > 0,
        new: true,
      })
    const { value } = await act().catch((error: unknown) => {
      // Two began the counter at once: this one finds it there. What failed has changed nothing.
      if (amount <= 0 || error instanceof StoreUnavailableError) throw error
      return act()
    })
    return value ?? null
  }

  /** @returns whether the counter was there, with no more than the amount. */
  async function end(key: string, amount: number): Promise<boolean> {
    const deletes = [{ q: { _id: { $eq: key }, count: { $lte: amount } }, limit: 1 }]
    return (await database.write({ delete: names.counters, deletes })).n === 1
  }

  /** Most subtractions take back the only addition. */
  async function subtract(key: string, amount: number): Promise<Document | null> {
    if (await end(key, amount)) return null
    const row = await change(key, -amount, 0)
    // Others have subtracted meanwhile.
    if (row?.count === 0) await end(key, 0)
    return row?.count === 0 ? null : row
  }

  return {
    async add(key, amount, window) {
      const row = await (amount === 0 ? read(key) : amount < 0 ? subtract(key, -amount) : change(key, amount, window))
      if (!row) return { count: 0, resetsIn: 0 }
      const left = (row.resetsAt as Date).getTime() - (row.at as number)
      return left > 0 ? { count: row.count as number, resetsIn: Math.ceil(left / 1000) } : { count: 0, resetsIn: 0 }
    },
  }
}
