import type { CounterStore } from '../store.js'
import type { Database } from './database.js'
import { clock, integer, oneRow, readingClock } from './sql.js'
import { keyOf } from './text.js'

export function mysqlCounters(database: Database): CounterStore {
  /** @returns zeros of a counter that has not begun or is gone. */
  async function read(name: string): Promise<{ readonly count: number; readonly resetsIn: number }> {
    const [[, count, left] = []] = await database.readOnPrimary(sql.read, [name])
    return { count: Number(count), resetsIn: Math.ceil(Number(left) / 1000) }
  }

  /** Most subtractions take back the only addition. */
  async function subtract(name: string, amount: number) {
    if ((await database.write(sql.end, [name, amount])).count > 0) return { count: 0, resetsIn: 0 }
    const { insertId } = await database.write(sql.subtract, [amount, name])
    if (insertId > 0) return { count: insertId, resetsIn: (await read(name)).resetsIn }
    // Others have subtracted meanwhile.
    await database.write(sql.end, [name, 0])
    return { count: 0, resetsIn: 0 }
  }

  return {
    async add(key, amount, window) {
      const name = keyOf(key)
      if (amount === 0) return read(name)
      if (amount < 0) return subtract(name, -amount)
      const length = Math.ceil(window * 1000)
      const { count, insertId } = await database.write(sql.add, [name, amount, length, amount, amount, length])
      if (count !== 1) return { count: insertId, resetsIn: (await read(name)).resetsIn }
      // Each new counter deletes two expired ones, so that the table holds little but running ones.
      await database.write(sql.deleteSome).catch(() => undefined)
      return { count: insertId, resetsIn: Math.ceil(window) }
    },
  }
}

const sql = {
  read: `
    SELECT ${readingClock}, count, resets_at - ${clock} FROM ${oneRow}
    LEFT JOIN sessionward_counters ON name = ? AND resets_at > ${clock}`,
  // Begins again where the time has passed. count comes first, because an assignment sees those before it.
  add: `
    INSERT INTO sessionward_counters (name, count, resets_at)
    VALUES (?, LAST_INSERT_ID(${integer}), ${clock} + ${integer})
    ON DUPLICATE KEY UPDATE count = LAST_INSERT_ID(IF(resets_at > ${clock}, count + ${integer}, ${integer})),
      resets_at = IF(resets_at > ${clock}, resets_at, ${clock} + ${integer})`,
  end: `DELETE FROM sessionward_counters WHERE name = ? AND count <= ${integer}`,
  subtract: `
    UPDATE sessionward_counters SET count = LAST_INSERT_ID(GREATEST(0, count - ${integer}))
    WHERE name = ? AND resets_at > ${clock}`,
  deleteSome: `DELETE FROM sessionward_counters WHERE resets_at <= ${clock} ORDER BY resets_at LIMIT 2`,
}
