import { join } from 'node:path'
import { sqliteStore } from '@sessionward/server/store/sqlite'
import { scratchFolder } from '../../harness/scratch.mjs'
import { openSqlite } from '../../harness/sqlite.mjs'

export const title = 'SQLite'
export const promise = 'WAL, synchronous=FULL'

/** @param folder where two processes are to share the file */
export const connect = ({ folder = scratchFolder() } = {}) => join(folder, 'bench.db')

export const store = (path) => sqliteStore(path)

export async function floor(path) {
  const database = await openSqlite(path)
  database.exec('PRAGMA journal_mode = WAL')
  database.exec('PRAGMA synchronous = FULL')
  database.exec(`
    CREATE TABLE floor (
      id TEXT PRIMARY KEY, generation INTEGER NOT NULL, nonce TEXT NOT NULL, idle_deadline INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID`)
  const insert = database.prepare('INSERT INTO floor VALUES (?, ?, ?, 0)')
  const advance = database.prepare(`
    UPDATE floor SET generation = generation + 1, nonce = ?, idle_deadline = ?
    WHERE id = ? AND generation = ? AND nonce = ?`)
  return {
    insert: async (id, generation, nonce) => insert.run([id, generation, nonce]),
    advance: async ({ id, generation, nonce, next, idleDeadline }) =>
      Number(advance.run([next, idleDeadline, id, generation, nonce]).changes) === 1,
  }
}
