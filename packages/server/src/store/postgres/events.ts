import type { EventStore, StoredEvent } from '../store.js'
import { before, readClock, readingClock } from './clock.js'
import { type DriverContext, readJson } from './context.js'
import type { Tables } from './tables.js'
import { keyOf } from './text.js'

export function postgresEvents({ query, tables }: DriverContext): EventStore {
  const sql = statements(tables)
  return {
    async append(event) {
      const { id, at, tenant, subject } = event
      const owner = [keyOf(tenant), subject === null ? null : keyOf(subject)]
      await query(sql.append, [keyOf(id), at, ...owner, JSON.stringify(event)])
    },

    async list({ owner, limit }) {
      const { rows } = await (owner
        ? query(sql.listOf, [limit, keyOf(owner.tenant), keyOf(owner.subject)])
        : query(sql.list, [limit]))
      readClock(rows[0]![0])
      return rows.filter((row) => row[1] !== null).map((row) => readJson<StoredEvent>(row[1]))
    },

    async deleteOlderThan(seconds, limit) {
      const { count } = await query(sql.delete, [seconds, limit])
      return count
    },
  }
}

function statements({ events }: Tables) {
  const newest = (where: string) => `
    SELECT clock.now, event FROM (SELECT ${readingClock} AS now) AS clock
    LEFT JOIN (SELECT event, at, number FROM ${events} ${where} ORDER BY at DESC, number DESC LIMIT $1) AS found ON true
    ORDER BY at DESC, number DESC`
  return {
    append: `
      INSERT INTO ${events} (id, at, tenant, subject, event) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (id) DO NOTHING`,
    list: newest(''),
    listOf: newest('WHERE tenant = $2 AND subject = $3'),
    delete: `
      DELETE FROM ${events} WHERE ctid = ANY (ARRAY (
        SELECT ctid FROM ${events} WHERE at < (SELECT ${before('$1')})
        ORDER BY at LIMIT $2 FOR UPDATE SKIP LOCKED))`,
  }
}
