import type { CounterStore } from '../store.js'
import { clock, clockOnce, readClock, readingClock } from './clock.js'
import type { DriverContext } from './context.js'
import type { Tables } from './tables.js'
import { keyOf } from './text.js'

export function postgresCounters({ query, tables }: DriverContext): CounterStore {
  const sql = statements(tables)

  /** Most subtractions take back the only addition. */
  async function subtract(name: string, amount: number) {
    if ((await query(sql.end, [name, amount])).count > 0) return gone
    const left = await query(sql.subtract, [name, amount])
    // Others have subtracted meanwhile.
    if (left.rows[0]?.[1] === '0') await query(sql.end, [name, 0])
    return left.rows[0]?.[1] === '0' ? gone : left
  }

  return {
    async add(key, amount, window) {
      const name = keyOf(key)
      const { rows } = await (amount > 0
        ? query(sql.add, [name, amount, Math.round(window * 1000)])
        : amount < 0
          ? subtract(name, amount)
          : query(sql.read, [name]))
      if (amount === 0) readClock(rows[0]![0])
      const [now, count, resetsAt] = rows[0] ?? []
      if (!count) return { count: 0, resetsIn: 0 }
      return { count: Number(count), resetsIn: Math.max(0, Math.ceil((Number(resetsAt) - Number(now)) / 1000)) }
    },
  }
}

const gone = { rows: [] }

function statements({ counters }: Tables) {
  return {
    // Each addition deletes two expired counters, so that the table holds little but running ones.
    add: `
      WITH old AS (
        DELETE FROM ${counters} WHERE ctid = ANY (ARRAY (
          SELECT ctid FROM ${counters} WHERE resets_at <= ${clockOnce} AND name <> $1
          ORDER BY resets_at LIMIT 2 FOR UPDATE SKIP LOCKED)))
      INSERT INTO ${counters} AS kept (name, count, resets_at) VALUES ($1, $2, ${clock} + $3::bigint)
      ON CONFLICT (name) DO UPDATE SET
        count = CASE WHEN kept.resets_at > ${clock} THEN kept.count ELSE 0 END + excluded.count,
        resets_at = CASE WHEN kept.resets_at > ${clock} THEN kept.resets_at ELSE ${clock} + $3::bigint END
      RETURNING ${clock}, count, resets_at`,
    end: `DELETE FROM ${counters} WHERE name = $1 AND count + $2::bigint <= 0`,
    subtract: `
      UPDATE ${counters} SET count = greatest(0, count + $2::bigint) WHERE name = $1 AND resets_at > ${clock}
      RETURNING ${clock}, count, resets_at`,
    read: `
      SELECT clock.now, count, resets_at FROM (SELECT ${readingClock} AS now) AS clock
      LEFT JOIN ${counters} ON name = $1 AND resets_at > clock.now`,
  }
}
