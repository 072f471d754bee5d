import type { EventStore, StoredEvent } from '../store.js'
import { type DriverContext, readJson, writeJson } from './context.js'
import { integer, now } from './sql.js'
import { keyOf, keyOfOwner } from './text-key.js'

export function mysqlEvents({ database }: DriverContext): EventStore {
  return {
    async append(event) {
      const { id, at, tenant, subject } = event
      const owner = subject === null ? null : keyOfOwner({ tenant, subject })
      await database.write(sql.append, [keyOf(id), at, owner, writeJson(event)])
    },

    async list({ owner, limit }) {
      const rows = owner
        ? await database.read(sql.listOf, [keyOfOwner(owner), String(limit)])
        : await database.read(sql.list, [String(limit)])
      return rows.map(([event]) => readJson<StoredEvent>(event))
    },

    async deleteOlderThan(seconds, limit) {
      return (await database.write(sql.delete, [Math.ceil(seconds * 1000), String(limit)])).rows
    },
  }
}

const sql = {
  // Not INSERT IGNORE, which would make more things than a repetition into nothing.
  append: `
    INSERT INTO sessionward_events (id, at, owner, event) VALUES (?, ?, ?, ?) ON DUPLICATE KEY UPDATE seq = seq`,
  list: 'SELECT event FROM sessionward_events ORDER BY at DESC, seq DESC LIMIT ?',
  listOf: 'SELECT event FROM sessionward_events WHERE owner = ? ORDER BY at DESC, seq DESC LIMIT ?',
  delete: `DELETE FROM sessionward_events WHERE at < ${now} - ${integer} ORDER BY at LIMIT ?`,
}
