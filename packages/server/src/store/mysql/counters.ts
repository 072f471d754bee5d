import type { CounterStore } from '../store.js'
import type { DriverContext } from './context.js'
import { integer, now, readingNow } from './sql.js'
import { keyOf } from './text-key.js'

export function mysqlCounters({ database }: DriverContext): CounterStore {
  /** A counter that is running. Each addition is answered the count that it made; when it ends is read. */
  async function read(name: Buffer): Promise<{ readonly count: number; readonly resetsIn: number } | undefined> {
    const [[, count, left] = []] = await database.readOnPrimary(sql.read, [name])
    return count === null ? undefined : { count: Number(count), resetsIn: Math.ceil(Number(left) / 1000) }
  }

  return {
    async add(key, amount, window) {
      const name = keyOf(key)
      const none = { count: 0, resetsIn: 0 }
      if (amount === 0) return (await read(name)) ?? none
      if (amount < 0) {
        const { noted } = await database.write(sql.subtract, [-amount, name])
        const running = await read(name)
        return running ? { count: noted, resetsIn: running.resetsIn } : none
      }
      const length = Math.ceil(window * 1000)
      const { rows, noted } = await database.write(sql.add, [name, amount, length, amount, amount, length])
      // One row is a new one, and takes two old ones away, so that the table holds little but what is running.
      if (rows === 1) {
        await database.write(sql.deleteSome).catch(() => undefined)
        return { count: noted, resetsIn: Math.ceil(window) }
      }
      return { count: noted, resetsIn: (await read(name))?.resetsIn ?? 0 }
    },
  }
}

const sql = {
  read: `
    SELECT clock.at, count, resets_at - clock.at FROM (SELECT ${readingNow} AS at) AS clock
    LEFT JOIN sessionward_counters ON name = ? AND resets_at > clock.at`,
  // Where it is over, it begins anew. count goes first, for what is assigned is seen by what comes after.
  add: `
    INSERT INTO sessionward_counters (name, count, resets_at)
    VALUES (?, LAST_INSERT_ID(${integer}), ${now} + ${integer})
    ON DUPLICATE KEY UPDATE count = LAST_INSERT_ID(IF(resets_at > ${now}, count + ${integer}, ${integer})),
      resets_at = IF(resets_at > ${now}, resets_at, ${now} + ${integer})`,
  subtract: `
    UPDATE sessionward_counters SET count = LAST_INSERT_ID(GREATEST(0, count - ${integer}))
    WHERE name = ? AND resets_at > ${now}`,
  deleteSome: `DELETE FROM sessionward_counters WHERE resets_at <= ${now} ORDER BY resets_at LIMIT 2`,
}
