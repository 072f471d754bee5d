import type { EventStore, StoredEvent } from '../store.js'
import type { DriverContext } from './context.js'
import { insertOne } from './insert-each.js'

export function mongodbEvents({ commands, names, now }: DriverContext): EventStore {
  return {
    async append(event) {
      const { id, at, tenant, subject } = event
      await insertOne(commands, names.events, { _id: id, at, tenant, subject, event: JSON.stringify(event) })
    },

    async list({ owner, limit }) {
      if (limit <= 0) return []
      const filter = owner ? { tenant: { $eq: owner.tenant }, subject: { $eq: owner.subject } } : {}
      const rows = await commands.list(names.events, [
        { $match: filter },
        { $sort: { at: -1 } },
        { $limit: limit },
        { $project: { event: 1 } },
      ])
      return rows.map((row) => JSON.parse(row.event as string) as StoredEvent)
    },

    async deleteOlderThan(seconds, limit) {
      if (limit <= 0) return 0
      const old = { at: { $lt: (await now()) - seconds * 1000 } }
      const ids = await commands.idsOf(names.events, old, { at: 1 }, limit)
      if (ids.length === 0) return 0
      const deletes = [{ q: { _id: { $in: ids }, ...old }, limit: 0 }]
      return (await commands.write({ delete: names.events, deletes })).n ?? 0
    },
  }
}
