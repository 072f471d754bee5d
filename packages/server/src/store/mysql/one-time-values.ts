import type { OneTimeValueStore } from '../store.js'
import type { Database } from './database.js'
import { clock, integer } from './sql.js'
import { keyOf } from './text.js'

export function mysqlOneTimeValues(database: Database): OneTimeValueStore {
  return {
    async claim(value, retention) {
      const milliseconds = Math.ceil(retention * 1000)
      const { insertId } = await database.write(sql.claim, [keyOf(value), milliseconds, milliseconds])
      return insertId === 0 ? 'claimed' : 'taken'
    },

    async deleteExpired(limit) {
      return (await database.write(sql.deleteExpired, [BigInt(limit)])).count
    },
  }
}

const sql = {
  // The insert id is 1 where the value still counts. The number of changed rows then differs from pool to pool.
  claim: `
    INSERT INTO sessionward_one_time_values (value, expires_at) VALUES (?, ${clock} + ${integer})
    ON DUPLICATE KEY UPDATE
      expires_at = IF(expires_at > ${clock}, expires_at + 0 * LAST_INSERT_ID(1), ${clock} + ${integer})`,
  deleteExpired: `DELETE FROM sessionward_one_time_values WHERE expires_at <= ${clock} ORDER BY expires_at LIMIT ?`,
}
