import { schemaBehind } from '../schema-version.js'
import { type Schema, StoreUnavailableError } from '../store.js'
import type { Ask } from './database.js'

export interface Openness {
  readonly migrate: 'automatic' | 'manual'
  readonly durability: 'full' | 'as-configured'
}

const oldest = { number: 130000, name: 'PostgreSQL 13' }

/**
 * Before the first use: checks that the database can keep the promises, and that its tables exist. After a failure the next use
 * tries again.
 */
export function opening(ask: Ask, schema: Schema, { migrate, durability }: Openness): () => Promise<void> {
  let opened: Promise<void> | undefined

  async function open(): Promise<void> {
    await checkServer(ask, durability)
    const pending = await schema.pending()
    if (pending.length === 0) return
    if (migrate === 'manual') throw schemaBehind('the PostgreSQL database', pending)
    await schema.migrate()
  }

  return () => {
    opened ??= open().catch((error) => {
      opened = undefined
      throw error
    })
    return opened
  }
}

async function checkServer(ask: Ask, durability: Openness['durability']): Promise<void> {
  const { rows } = await ask(facts, [])
  const [version, encoding, standby, commit] = rows[0]!
  if (Number(version) < oldest.number) throw new Error(`postgresStore needs ${oldest.name} or later`)
  if (encoding !== 'UTF8') throw new Error(`postgresStore needs a database with the encoding UTF8, not ${encoding}`)
  if (standby === 't') {
    throw new StoreUnavailableError('the PostgreSQL server is a standby: connect the pool to the primary')
  }
  if (commit === 'off' && durability === 'full') {
    throw new Error(
      'postgresStore: synchronous_commit is off, so that PostgreSQL may lose committed changes: ' +
        "set it on for this role, or set the option durability: 'as-configured'",
    )
  }
}

const facts = `
  SELECT current_setting('server_version_num'), current_setting('server_encoding'), pg_is_in_recovery(),
    current_setting('synchronous_commit')`
