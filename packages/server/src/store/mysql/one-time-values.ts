import type { OneTimeValueStore } from '../store.js'
import type { DriverContext } from './context.js'
import { integer, now } from './sql.js'
import { keyOf } from './text-key.js'

export function mysqlOneTimeValues({ database }: DriverContext): OneTimeValueStore {
  return {
    async claim(value, keepFor) {
      const length = Math.ceil(keepFor * 1000)
      const { noted } = await database.write(sql.claim, [keyOf(value), length, length])
      return noted === 0 ? 'claimed' : 'taken'
    },

    async deleteExpired(limit) {
      return (await database.write(sql.deleteExpired, [String(limit)])).rows
    },
  }
}

const sql = {
  // It notes 1 where the value still counts. How many rows it says that it changed then differs from pool to pool.
  claim: `
    INSERT INTO sessionward_one_time_values (value, expires_at) VALUES (?, ${now} + ${integer})
    ON DUPLICATE KEY UPDATE
      expires_at = IF(expires_at > ${now}, expires_at + 0 * LAST_INSERT_ID(1), ${now} + ${integer})`,
  deleteExpired: `DELETE FROM sessionward_one_time_values WHERE expires_at <= ${now} ORDER BY expires_at LIMIT ?`,
}
