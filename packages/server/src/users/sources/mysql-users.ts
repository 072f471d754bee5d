import type { UserSource } from '../user-source.js'
import { checkClient } from './check-client.js'
import { type SqlUserTable, sqlUsers } from './sql-users.js'

/**
 * The part of a pool of `mysql2/promise` that is used.
 *
 * @external mysql2
 */
export interface MysqlPool {
  // biome-ignore lint/suspicious/noExplicitAny: what mysql2 returns depends on the statement
  execute(sql: string, values: any): Promise<[any, unknown]>
}

/**
 * A pool of `mysql2`, which has such a pool.
 *
 * @external mysql2
 */
export interface MysqlCallbackPool {
  promise(): MysqlPool
}

/**
 * People in a table of MySQL or MariaDB.
 *
 * @param given A pool of mysql2 or mysql2/promise. Its option `charset` must fit the table.
 * @throws TypeError that names the option and what was expected
 */
export function mysqlUsers(given: MysqlPool | MysqlCallbackPool, table: SqlUserTable): UserSource {
  checkClient('mysqlUsers', given, ['execute'], 'a pool from createPool of mysql2 or mysql2/promise')
  const pool = 'promise' in given ? given.promise() : given
  return sqlUsers(table, {
    quote: '`',
    parameter: () => '?',
    query: async (sql, values) => (await pool.execute(sql, [...values]))[0],
    // A BIGINT above 2^53 would lose its last digits as a number.
    selectId: (column) => `CAST(${column} AS CHAR)`,
    async update(sql, values) {
      const [{ affectedRows }] = await pool.execute(sql, [...values])
      return affectedRows
    },
    isSame: (column, parameter) => `CAST(${column} AS BINARY) = CAST(${parameter} AS BINARY)`,
    async length(name, column) {
      const [schema, base] = name.includes('.') ? name.split('.') : [undefined, name]
      const [rows] = await pool.execute(
        `SELECT CHARACTER_MAXIMUM_LENGTH AS length FROM information_schema.COLUMNS
        WHERE TABLE_SCHEMA = COALESCE(?, DATABASE()) AND TABLE_NAME = ? AND COLUMN_NAME = ?`,
        [schema ?? null, base, column],
      )
      return rows[0]?.length === null || rows[0] === undefined ? undefined : Number(rows[0].length)
    },
  })
}
