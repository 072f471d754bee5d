import { readClock, readingClock } from './clock.js'
import type { Query } from './database.js'

const oldest = { number: 130000, name: 'PostgreSQL 13' }

/**
 * Checks whether the server allows the store to keep its promises.
 *
 * @throws Error that says what is wrong and what to set; StoreUnavailableError on a standby, which may be promoted.
 */
export async function checkServer(query: Query, durability: 'full' | 'as-configured'): Promise<void> {
  const { rows } = await query(settings, [])
  const [version, encoding, commit, now] = rows[0]!
  if (Number(version) < oldest.number) throw new Error(`postgresStore needs ${oldest.name} or later`)
  if (encoding !== 'UTF8') throw new Error(`postgresStore needs a database with the encoding UTF8, not ${encoding}`)
  readClock(now)
  if (commit === 'off' && durability === 'full') {
    throw new Error(
      'postgresStore: synchronous_commit is off, so that PostgreSQL may lose committed changes: ' +
        "set it on for this role, or set the option durability: 'as-configured'",
    )
  }
}

const settings = `
  SELECT current_setting('server_version_num'), current_setting('server_encoding'),
    current_setting('synchronous_commit'), ${readingClock}`
