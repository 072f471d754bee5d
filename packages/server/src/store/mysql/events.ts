import type { EventStore, StoredEvent } from '../store.js'
import type { Database } from './database.js'
import { clock, integer, readingClock } from './sql.js'
import { keyOf, keyOfOwner, readJson } from './text.js'

export function mysqlEvents(database: Database): EventStore {
  return {
    async append(event) {
      const { id, at, tenant, subject } = event
      const owner = subject === null ? null : keyOfOwner({ tenant, subject })
      await database.write(sql.append, [keyOf(id), at, owner, JSON.stringify(event)])
    },

    async list({ owner, limit }) {
      const [, ...rows] = await (owner
        ? database.readOnPrimary(sql.listOf, [keyOfOwner(owner), BigInt(limit)])
        : database.readOnPrimary(sql.list, [BigInt(limit)]))
      // A union promises no order.
      const events = rows.map(([seq, event]) => ({ seq: Number(seq), event: readJson<StoredEvent>(event) }))
      events.sort((one, other) => other.event.at - one.event.at || other.seq - one.seq)
      return events.map(({ event }) => event)
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
  list: newest(),
  listOf: newest('WHERE owner = ?'),
  delete: `DELETE FROM sessionward_events WHERE at < ${clock} - ${integer} ORDER BY at LIMIT ?`,
}

/** The first row is the clock's, so that a read-only server is noticed without an event. A union of all needs no temporary table. */
function newest(condition = ''): string {
  return `
    SELECT ${readingClock}, NULL
    UNION ALL
    (SELECT seq, event FROM sessionward_events ${condition} ORDER BY at DESC, seq DESC LIMIT ?)`
}
