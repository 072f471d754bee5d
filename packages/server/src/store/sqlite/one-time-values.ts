import type { OneTimeValueStore } from '../store.js'
import type { DriverContext } from './context.js'

export function sqliteOneTimeValues({ connection, group, now }: DriverContext): OneTimeValueStore {
  return {
    async claim(value, retention) {
      const claimed = await group.write(() => {
        const at = now()
        return connection.run(sql.claim, [value, at + retention * 1000, at])
      })
      return claimed === 1 ? 'claimed' : 'taken'
    },

    async deleteExpired(limit) {
      return group.write(() => connection.run(sql.deleteExpired, [now(), limit]))
    },
  }
}

const sql = {
  claim: `
    INSERT INTO one_time_values (value, expires_at) VALUES (?, ?)
    ON CONFLICT (value) DO UPDATE SET expires_at = excluded.expires_at WHERE one_time_values.expires_at <= ?`,
  deleteExpired: `
    DELETE FROM one_time_values WHERE value IN (
      SELECT value FROM one_time_values WHERE expires_at <= ? ORDER BY expires_at LIMIT ?)`,
}
