import type { EventStore, StoredEvent } from '../store.js'
import { insertOne } from './bulk.js'
import type { DriverContext } from './context.js'

export function mongodbEvents({ database, names, now }: DriverContext): EventStore {
  return {
    async append(event) {
      const { id, at, tenant, subject } = event
      await insertOne(database, names.events, { _id: id, at, tenant, subject, event: JSON.stringify(event) })
    },

    async list({ owner, limit }) {
      if (limit <= 0) return []
      const filter = owner ? { tenant: { $eq: owner.tenant }, subject: { $eq: owner.subject } } : {}
      const rows = await database.list(names.events, [
        { $match: filter },
        { $sort: { at: -1 } },
        { $limit: limit },
        { $project: { event: 1 } },
      ])
      return rows.map((row) => JSON.parse(row.event as string) as StoredEvent)
    },

    async deleteOlderThan(seconds, limit) {
      const old = { at: { $lt: (await now()) - seconds * 1000 } }
      return database.deleteBatch(names.events, old, { at: 1 }, limit)
    },
  }
}
