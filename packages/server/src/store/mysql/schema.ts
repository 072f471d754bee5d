import { randomBytes } from 'node:crypto'
import { checkVersion } from '../schema-version.js'
import { type Migration, StoreUnavailableError } from '../store.js'
import type { Database, Statements } from './database.js'
import { isMadeAlready, isMissingTable } from './faults.js'

/**
 * The steps from an empty database to the present schema. A step that was released is never changed; a new one is appended.
 *
 * Each statement may be made again, for MySQL has no transaction around it: a table that is there already, a column or an
 * index, counts as made. Every table has columns for what conditions and orders ask, and JSON for what is only carried; all
 * are bytes or integers, so that no collation and no character set comes into it.
 */
export const steps: readonly Migration[] = [
  {
    version: 1,
    title: 'sessions, accounts, keys, counters, one-time values and events',
    statements: [
      table(
        'history',
        `
        id TINYINT NOT NULL PRIMARY KEY,
        version INT NOT NULL,
        epoch VARBINARY(64) NOT NULL`,
      ),
      // sweep_at is never later than the session's end, and moves only when a sweep looks at the row: a refresh would
      // otherwise write an index each time. A session's own entry in the revocation feed is its end, so that one statement
      // makes both; superseded_at dates what superseded leaves undated; mark names the write that wrote last.
      table(
        'sessions',
        `
        id VARBINARY(255) NOT NULL PRIMARY KEY,
        owner VARBINARY(255) NOT NULL,
        created_at BIGINT NOT NULL,
        generation BIGINT NOT NULL,
        nonce VARBINARY(16) NOT NULL,
        superseded VARBINARY(255) NOT NULL,
        superseded_at BIGINT NOT NULL,
        idle_deadline BIGINT NOT NULL,
        absolute_deadline BIGINT NOT NULL,
        profile_from BIGINT NOT NULL,
        ended_at BIGINT,
        ended_reason VARBINARY(64),
        entry_expires BIGINT,
        sweep_at BIGINT NOT NULL,
        mark VARBINARY(16) NOT NULL,
        origin LONGBLOB NOT NULL,
        KEY of_owner (owner, ended_at, created_at),
        KEY ended (ended_at, entry_expires),
        KEY entry (entry_expires),
        KEY to_sweep (sweep_at)`,
      ),
      // Entries that are no session's, and those of sessions that were deleted before them. The id is a UUID_SHORT: an
      // AUTO_INCREMENT would be told to the writer in the place of what it wants to hear.
      table(
        'revocations',
        `
        id BIGINT UNSIGNED NOT NULL PRIMARY KEY,
        written_at BIGINT NOT NULL,
        expires BIGINT NOT NULL,
        entry LONGBLOB NOT NULL,
        KEY since (written_at),
        KEY to_sweep (expires)`,
      ),
      table(
        'accounts',
        `
        owner VARBINARY(255) NOT NULL PRIMARY KEY,
        username VARBINARY(255) NOT NULL,
        password_hash LONGBLOB NOT NULL,
        scope LONGBLOB NOT NULL,
        profile LONGBLOB NOT NULL,
        disabled BIGINT NOT NULL,
        version BIGINT NOT NULL,
        writes BIGINT NOT NULL,
        origin LONGBLOB NOT NULL,
        UNIQUE KEY by_username (username)`,
      ),
      // A slot is what one key of an algorithm may have at a time; a retired key has none.
      table(
        'keys',
        `
        kid VARBINARY(255) NOT NULL PRIMARY KEY,
        slot VARBINARY(255),
        state VARBINARY(16) NOT NULL,
        since BIGINT NOT NULL,
        created_at BIGINT NOT NULL,
        sealed LONGBLOB NOT NULL,
        origin LONGBLOB NOT NULL,
        UNIQUE KEY one_each (slot)`,
      ),
      table(
        'counters',
        `
        name VARBINARY(255) NOT NULL PRIMARY KEY,
        count BIGINT NOT NULL,
        resets_at BIGINT NOT NULL,
        KEY to_sweep (resets_at)`,
      ),
      table(
        'one_time_values',
        `
        value VARBINARY(255) NOT NULL PRIMARY KEY,
        expires_at BIGINT NOT NULL,
        KEY to_sweep (expires_at)`,
      ),
      table(
        'events',
        `
        seq BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
        id VARBINARY(255) NOT NULL,
        at BIGINT NOT NULL,
        owner VARBINARY(255),
        event LONGBLOB NOT NULL,
        UNIQUE KEY by_id (id),
        KEY by_time (at),
        KEY of_owner (owner, at)`,
      ),
    ],
  },
  {
    version: 2,
    title: '32 superseded tokens, the order of sign-ins under a policy, and which replaced a session',
    statements: [
      'ALTER TABLE sessionward_sessions MODIFY superseded VARBINARY(1024) NOT NULL',
      'ALTER TABLE sessionward_sessions ADD COLUMN ordinal BIGINT',
      'ALTER TABLE sessionward_sessions ADD COLUMN replaced_by LONGBLOB',
      'ALTER TABLE sessionward_sessions ADD UNIQUE KEY by_ordinal (owner, ordinal)',
    ],
  },
]

function table(name: string, columns: string): string {
  return `CREATE TABLE IF NOT EXISTS sessionward_${name} (${columns}\n      ) ENGINE = InnoDB ROW_FORMAT = DYNAMIC`
}

/** The steps that the database still lacks. @throws Error where it is of a version that this library cannot work with. */
export async function pending(on: Statements, known: readonly Migration[] = steps): Promise<readonly Migration[]> {
  const version = await versionOf(on)
  checkVersion('the MySQL database', version, known.length)
  return known.slice(version)
}

/**
 * Makes the steps that the database lacks: of nodes that start at once one does it, and the others wait.
 *
 * @returns the steps that this call has made.
 * @throws Error where the database is of a version that this library cannot work with.
 */
export function migrate(database: Database, known: readonly Migration[] = steps): Promise<readonly Migration[]> {
  return database.alone(async (on) => {
    if ((await pending(on, known)).length === 0) return []
    const [answer] = await on.read(sql.lock, [lockPatience])
    if (Number(answer?.[0]) !== 1) throw new StoreUnavailableError('another node is still migrating the database')
    try {
      const lacking = await pending(on, known)
      for (const step of lacking) await make(on, step)
      return lacking
    } finally {
      await on.read(sql.unlock)
    }
  })
}

async function make(on: Statements, { version, statements }: Migration): Promise<void> {
  for (const statement of statements) await makeOnce(on, statement)
  await on.write(sql.reached, [version, randomBytes(16).toString('base64url'), version])
}

async function makeOnce(on: Statements, statement: string): Promise<void> {
  try {
    await on.write(statement)
  } catch (error) {
    if (!isMadeAlready(error)) throw error
  }
}

async function versionOf(on: Statements): Promise<number> {
  try {
    const [row] = await on.read(sql.version)
    return Number(row?.[0] ?? 0)
  } catch (error) {
    if (isMissingTable(error)) return 0
    throw error
  }
}

/** Seconds. */
const lockPatience = 600

// A lock belongs to the whole server, and its name holds 64 characters at most.
const lockName = `CONCAT('sessionward ', LEFT(SHA2(DATABASE(), 256), 40))`

const sql = {
  version: 'SELECT version FROM sessionward_history WHERE id = 1',
  reached: `
    INSERT INTO sessionward_history (id, version, epoch) VALUES (1, ?, ?)
    ON DUPLICATE KEY UPDATE version = ?`,
  lock: `SELECT GET_LOCK(${lockName}, ?)`,
  unlock: `SELECT RELEASE_LOCK(${lockName})`,
}
