import { randomBytes } from 'node:crypto'
import { checkVersion } from '../schema-version.js'
import type { Migration, Schema } from '../store.js'
import type { Ask } from './database.js'
import { quoted, type Tables } from './tables.js'
import type { Transact } from './transaction.js'

export interface SchemaParts {
  readonly ask: Ask
  readonly transact: Transact
  readonly tables: Tables
  /** undefined: the first of the connection's search path. */
  readonly schema: string | undefined
  readonly steps: readonly Migration[]
}

export function postgresSchema({ ask, transact, tables, schema, steps }: SchemaParts): Schema {
  async function pending(on: Ask = ask): Promise<readonly Migration[]> {
    const version = await versionOf(on, tables)
    checkVersion('the PostgreSQL database', version, steps.length)
    return steps.slice(version)
  }

  return {
    pending: () => pending(),

    async migrate() {
      if ((await pending()).length === 0) return []
      return transact(async (on) => {
        // Of nodes that start at once the others wait here, and then find nothing to do.
        await on('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [`sessionward ${tables.history}`])
        await begin(on, schema, tables)
        const lacking = await pending(on)
        for (const { statements } of lacking) for (const statement of statements) await on(statement, [])
        await on(`UPDATE ${tables.history} SET version = greatest(version, $1)`, [steps.length])
        return lacking
      })
    },
  }
}

async function versionOf(ask: Ask, { history }: Tables): Promise<number> {
  const { rows: found } = await ask('SELECT to_regclass($1) IS NOT NULL', [history])
  if (found[0]![0] !== 't') return 0
  const { rows } = await ask(`SELECT version FROM ${history}`, [])
  return Number(rows[0]?.[0] ?? 0)
}

/** The table that says which steps have been made, and names this history of the store. */
async function begin(on: Ask, schema: string | undefined, { history }: Tables): Promise<void> {
  if (schema !== undefined) {
    // Not IF NOT EXISTS, which asks for the right to create schemas where there is nothing to create.
    const { rows } = await on('SELECT to_regnamespace($1) IS NULL', [quoted(schema)])
    if (rows[0]![0] === 't') await on(`CREATE SCHEMA ${quoted(schema)}`, [])
  }
  await on(`CREATE TABLE IF NOT EXISTS ${history} (epoch text NOT NULL, version integer NOT NULL)`, [])
  const epoch = randomBytes(16).toString('base64url')
  await on(`INSERT INTO ${history} (epoch, version) SELECT $1, 0 WHERE NOT EXISTS (SELECT FROM ${history})`, [epoch])
}
