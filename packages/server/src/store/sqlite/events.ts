import type { EventStore, StoredEvent } from '../store.js'
import { type DriverContext, readJson } from './context.js'

export function sqliteEvents({ connection, group, now }: DriverContext): EventStore {
  return {
    async append(event) {
      const values = [event.id, event.at, event.tenant, event.subject, JSON.stringify(event)]
      await group.write(() => connection.run(sql.append, values))
    },

    async list({ owner, limit }) {
      return group.read(() => {
        const rows = owner
          ? connection.all(sql.listOf, [owner.tenant, owner.subject, limit])
          : connection.all(sql.list, [limit])
        return rows.map((row) => readJson<StoredEvent>(row.event))
      })
    },

    async deleteOlderThan(seconds, limit) {
      const before = now() - seconds * 1000
      return group.write(() => connection.run(sql.delete, [before, limit]))
    },
  }
}

const sql = {
  append: 'INSERT INTO events (id, at, tenant, subject, event) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING',
  list: 'SELECT event FROM events ORDER BY at DESC, rowid DESC LIMIT ?',
  listOf: 'SELECT event FROM events WHERE tenant = ? AND subject = ? ORDER BY at DESC, rowid DESC LIMIT ?',
  delete: 'DELETE FROM events WHERE rowid IN (SELECT rowid FROM events WHERE at < ? ORDER BY at LIMIT ?)',
}
