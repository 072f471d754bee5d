import type { OneTimeValueStore } from '../store.js'
import { clock, clockOnce } from './clock.js'
import type { DriverContext } from './context.js'
import type { Tables } from './tables.js'
import { keyOf } from './text.js'

export function postgresOneTimeValues({ query, tables }: DriverContext): OneTimeValueStore {
  const sql = statements(tables)
  return {
    async claim(value, retention) {
      const { count } = await query(sql.claim, [keyOf(value), Math.round(retention * 1000)])
      return count === 1 ? 'claimed' : 'taken'
    },

    async deleteExpired(limit) {
      const { count } = await query(sql.deleteExpired, [limit])
      return count
    },
  }
}

function statements({ oneTimeValues }: Tables) {
  return {
    claim: `
      INSERT INTO ${oneTimeValues} AS kept (value, expires_at) VALUES ($1, ${clock} + $2::bigint)
      ON CONFLICT (value) DO UPDATE SET expires_at = ${clock} + $2::bigint WHERE kept.expires_at <= ${clock}`,
    deleteExpired: `
      DELETE FROM ${oneTimeValues} WHERE ctid = ANY (ARRAY (
        SELECT ctid FROM ${oneTimeValues} WHERE expires_at <= ${clockOnce}
        ORDER BY expires_at LIMIT $1 FOR UPDATE SKIP LOCKED))`,
  }
}
