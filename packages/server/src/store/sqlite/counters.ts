import type { CounterStore } from '../store.js'
import type { DriverContext } from './context.js'

export function sqliteCounters({ connection, group, now }: DriverContext): CounterStore {
  return {
    async add(name, amount, window) {
      return group.write(() => {
        const at = now()
        const kept = connection.get('SELECT count, resets_at FROM counters WHERE name = ? AND resets_at > ?', [
          name,
          at,
        ])
        if (!kept && amount <= 0) return { count: 0, resetsIn: 0 }
        const count = Math.max(0, ((kept?.count as number | undefined) ?? 0) + amount)
        if (count === 0) {
          connection.run('DELETE FROM counters WHERE name = ?', [name])
          return { count, resetsIn: 0 }
        }
        const resetsAt = (kept?.resets_at as number | undefined) ?? at + window * 1000
        connection.run('INSERT OR REPLACE INTO counters (name, count, resets_at) VALUES (?, ?, ?)', [
          name,
          count,
          resetsAt,
        ])
        // Each new counter deletes two expired ones, so that the table holds little but running ones.
        if (!kept) connection.run(deleteSome, [at])
        return { count, resetsIn: Math.ceil((resetsAt - at) / 1000) }
      })
    },
  }
}

const deleteSome = `
  DELETE FROM counters WHERE name IN (SELECT name FROM counters WHERE resets_at <= ? ORDER BY resets_at LIMIT 2)`
