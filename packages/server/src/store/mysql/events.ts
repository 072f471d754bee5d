import type { EventStore, StoredEvent } from '../store.js'
import type { Database } from './database.js'
import { clock, integer } from './sql.js'
import { keyOf, keyOfOwner, readJson } from './text.js'

export function mysqlEvents(database: Database): EventStore {
  return {
    async append(event) {
      const { id, at, tenant, subject } = event
      const owner = subject === null ? null : keyOfOwner({ tenant, subject })
      await database.write(sql.append, [keyOf(id), at, owner, JSON.stringify(event)])
    },

    async list({ owner, limit }) {
      const rows = await (owner
        ? database.read(sql.listOf, [keyOfOwner(owner), BigInt(limit)])
        : database.read(sql.list, [BigInt(limit)]))
      return rows.map(([event]) => readJson<StoredEvent>(event))
    },

    async deleteOlderThan(seconds, limit) {
      return (await database.write(sql.delete, [Math.ceil(seconds * 1000), BigInt(limit)])).count
    },
  }
}

const sql = {
  // Not INSERT IGNORE, which ignores other errors than a repetition too.
  append: `
    INSERT INTO sessionward_events (id, at, owner, event) VALUES (?, ?, ?, ?) ON DUPLICATE KEY UPDATE seq = seq`,
  list: 'SELECT event FROM sessionward_events ORDER BY at DESC, seq DESC LIMIT ?',
  listOf: 'SELECT event FROM sessionward_events WHERE owner = ? ORDER BY at DESC, seq DESC LIMIT ?',
  delete: `DELETE FROM sessionward_events WHERE at < ${clock} - ${integer} ORDER BY at LIMIT ?`,
}
