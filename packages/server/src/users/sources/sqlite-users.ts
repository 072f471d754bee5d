import type { UserSource } from '../user-source.js'
import { checkClient } from './check-client.js'
import { type SqlUserTable, sqlUsers } from './sql-users.js'

/**
 * The part of `DatabaseSync` of `node:sqlite` that is used. better-sqlite3 and libsql provide it too.
 *
 * @external node:sqlite
 */
export interface SqliteDatabase {
  prepare(sql: string): {
    all(...values: string[]): unknown[]
    run(...values: string[]): { readonly changes: number | bigint }
  }
}

/**
 * People in a table of SQLite.
 *
 * @throws TypeError that names the option and what was expected
 */
export function sqliteUsers(database: SqliteDatabase, table: SqlUserTable): UserSource {
  checkClient('sqliteUsers', database, ['prepare'], 'a DatabaseSync of node:sqlite, or a database of better-sqlite3')
  return sqlUsers(table, {
    quote: '"',
    parameter: (number) => `?${number}`,
    query: async (sql, values) => database.prepare(sql).all(...values) as Record<string, unknown>[],
    update: async (sql, values) => Number(database.prepare(sql).run(...values).changes),
    isSame: (column, parameter) => `${column} = ${parameter} COLLATE BINARY`,
    // SQLite does not enforce declared lengths.
    length: async () => undefined,
  })
}
