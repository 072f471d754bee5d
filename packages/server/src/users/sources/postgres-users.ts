import type { UserSource } from '../user-source.js'
import { checkClient } from './check-client.js'
import { type SqlUserTable, sqlUsers } from './sql-users.js'

/**
 * The part of a pool or client of `pg` that is used.
 *
 * @external pg
 */
export interface PostgresPool {
  // biome-ignore lint/suspicious/noExplicitAny: the columns are the application's
  query(sql: string, values: unknown[]): Promise<{ rows: any[]; rowCount: number | null }>
}

/** Error codes of PostgreSQL for a string that is not a number or UUID, and for a number out of range. */
const invalidIdCodes: ReadonlySet<unknown> = new Set(['22P02', '22003'])

/**
 * People in a table of PostgreSQL.
 *
 * @throws TypeError that names the option and what was expected
 */
export function postgresUsers(pool: PostgresPool, table: SqlUserTable): UserSource {
  checkClient('postgresUsers', pool, ['query'], 'a pool or client of pg')
  return sqlUsers(table, {
    quote: '"',
    parameter: (number) => `$${number}`,
    query: async (sql, values) => (await pool.query(sql, [...values])).rows,
    update: async (sql, values) => (await pool.query(sql, [...values])).rowCount ?? 0,
    isSame: (column, parameter) => `${column} = ${parameter}`,
    isInvalidId: (error) => invalidIdCodes.has((error as { readonly code?: unknown } | null)?.code),
    async length(name, column) {
      const [schema, base] = name.includes('.') ? name.split('.') : [null, name]
      const { rows } = await pool.query(
        `SELECT character_maximum_length AS length FROM information_schema.columns
        WHERE table_schema = COALESCE($1, current_schema()) AND table_name = $2 AND column_name = $3`,
        [schema, base, column],
      )
      return rows[0]?.length ?? undefined
    },
  })
}
