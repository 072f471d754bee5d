import { type SqliteDatabase, sqliteUsers } from '@sessionward/server/users'
import { createTable, sqlUsers } from './sql-statements.js'
import { columns, type Users } from './users.js'

interface Database extends SqliteDatabase {
  exec(sql: string): unknown
  close(): unknown
}

/** In memory, for a machine without a database server. */
export async function openSqliteUsers(): Promise<Users> {
  const database = await openMemory()
  database.exec(createTable('id INTEGER PRIMARY KEY'))
  return sqlUsers({
    title: 'SQLite',
    source: sqliteUsers(database, { table: 'users', columns: { id: 'id', ...columns }, select: ['name'] }),
    query: async (sql, values) => database.prepare(sql).all(...values) as Record<string, unknown>[],
    run: async (sql, values) => database.prepare(sql).run(...values),
    isDuplicate: (error) => /UNIQUE constraint failed/.test(String(error)),
    async close() {
      database.close()
    },
  })
}

/** Node 22.13 and later has SQLite. */
async function openMemory(): Promise<Database> {
  const builtIn = process.getBuiltinModule?.('node:sqlite') as
    | { DatabaseSync: new (path: string) => Database }
    | undefined
  if (builtIn) return new builtIn.DatabaseSync(':memory:')
  const { default: Libsql } = await import('libsql')
  return new Libsql(':memory:') as unknown as Database
}
