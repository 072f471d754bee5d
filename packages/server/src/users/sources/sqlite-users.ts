import type { UserSource } from '../user-source.js'
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
