import { statSync } from 'node:fs'
import { openSqlite } from '../../harness/sqlite.mjs'

export const tables = { sessions: 'sessions', accounts: 'accounts' }

export const random = { name: 'lower(hex(randomblob(11)))', bytes: 'randomblob(16)', day: 'abs(random()) % 86400000' }

/** A connection of its own, which does not wait for the disk. */
export async function openFiller(path) {
  const database = await openSqlite(path)
  for (const pragma of ['synchronous = OFF', 'cache_size = -524288', 'temp_store = MEMORY', 'busy_timeout = 10000']) {
    database.exec(`PRAGMA ${pragma}`)
  }
  return {
    async columns(table) {
      const { names } = database
        .prepare('SELECT json_group_array(name) AS names FROM pragma_table_info(?)')
        .get([table])
      return JSON.parse(names)
    },

    async copy(table, columns, values, count) {
      database
        .prepare(`
          WITH RECURSIVE counted (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counted WHERE n < ?)
          INSERT INTO ${table} (${columns})
          SELECT ${values} FROM (SELECT ${random.name} AS name FROM counted ORDER BY 1) AS fresh,
            (SELECT * FROM ${table} ORDER BY rowid LIMIT 1) AS one`)
        .run([count])
    },

    async settle() {
      database.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get()
      return statSync(path).size
    },
  }
}
