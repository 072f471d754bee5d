import { randomBytes } from 'node:crypto'
import { createSchema } from '../driver/schema.js'
import { migrationTimeout } from '../driver/store-lifecycle.js'
import type { Migration, Schema } from '../store.js'
import type { PostgresPool } from './client.js'
import type { Query } from './database.js'
import { quoted, type Tables } from './tables.js'
import { inTransaction } from './transaction.js'

export interface PostgresSchemaOptions {
  readonly query: Query
  readonly pool: PostgresPool
  readonly tables: Tables
  /** Of the PostgreSQL schema; undefined: the first of the connection's search path. */
  readonly name: string | undefined
  readonly migrations: readonly Migration[]
}

export function postgresSchema({ query, pool, tables, name, migrations }: PostgresSchemaOptions): Schema {
  const { history } = tables
  return createSchema<Query>({
    database: 'the PostgreSQL database',
    migrations,

    async readVersion(on = query) {
      const { rows: found } = await on('SELECT to_regclass($1) IS NOT NULL', [history])
      if (found[0]![0] !== 't') return 0
      const { rows } = await on(`SELECT version FROM ${history}`, [])
      return Number(rows[0]?.[0] ?? 0)
    },

    withLock: (work) =>
      inTransaction(pool, migrationTimeout, async (on) => {
        await on('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [`sessionward ${history}`])
        await createHistory(on, name, tables)
        return work(on)
      }),

    async apply(on, { version, statements }) {
      for (const statement of statements) await on(statement, [])
      await on(`UPDATE ${history} SET version = $1`, [version])
      return true
    },
  })
}

/** The table that holds the version of the schema, and the epoch of the store. */
async function createHistory(on: Query, schema: string | undefined, { history }: Tables): Promise<void> {
  if (schema !== undefined) {
    // Not IF NOT EXISTS, which asks for the right to create schemas where there is nothing to create.
    const { rows } = await on('SELECT to_regnamespace($1) IS NULL', [quoted(schema)])
    if (rows[0]![0] === 't') await on(`CREATE SCHEMA ${quoted(schema)}`, [])
  }
  await on(`CREATE TABLE IF NOT EXISTS ${history} (epoch text NOT NULL, version integer NOT NULL)`, [])
  const epoch = randomBytes(16).toString('base64url')
  await on(`INSERT INTO ${history} (epoch, version) SELECT $1, 0 WHERE NOT EXISTS (SELECT FROM ${history})`, [epoch])
}
