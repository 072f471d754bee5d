import { randomBytes } from 'node:crypto'
import { checkVersion } from '../schema-version.js'
import type { Migration } from '../store.js'
import type { Connection } from './connection.js'

/**
 * The steps from an empty file to the present schema. A step that was released is never changed; a new one is appended.
 *
 * Each table has columns for what conditions and orders ask, and one column of JSON for what is only carried.
 */
export const steps: readonly Migration[] = [
  {
    version: 1,
    title: 'sessions, accounts, keys, counters and events',
    statements: [
      `
  CREATE TABLE history (epoch TEXT NOT NULL) STRICT;

  -- sweep_at is never later than the session's end, and moves only when a sweep looks at the row: a refresh would
  -- otherwise write an index each time.
  CREATE TABLE sessions (
    id TEXT PRIMARY KEY,
    tenant TEXT NOT NULL,
    subject TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    generation INTEGER NOT NULL,
    nonce BLOB NOT NULL,
    superseded BLOB NOT NULL,
    idle_deadline INTEGER NOT NULL,
    absolute_deadline INTEGER NOT NULL,
    ended_at INTEGER,
    ended_reason TEXT,
    sweep_at INTEGER NOT NULL,
    origin TEXT NOT NULL
  ) STRICT;
  CREATE INDEX sessions_of_subject ON sessions (tenant, subject, created_at) WHERE ended_at IS NULL;
  CREATE INDEX sessions_to_sweep ON sessions (sweep_at);

  CREATE TABLE revocations (
    written_at INTEGER NOT NULL,
    expires INTEGER NOT NULL,
    entry TEXT NOT NULL
  ) STRICT;
  CREATE INDEX revocations_since ON revocations (written_at);
  CREATE INDEX revocations_to_sweep ON revocations (expires);

  CREATE TABLE accounts (
    tenant TEXT NOT NULL,
    subject TEXT NOT NULL,
    username_key TEXT NOT NULL,
    scope TEXT NOT NULL,
    account TEXT NOT NULL,
    PRIMARY KEY (tenant, subject)
  ) STRICT;
  CREATE UNIQUE INDEX accounts_by_username ON accounts (tenant, username_key);

  CREATE TABLE keys (
    kid TEXT PRIMARY KEY,
    algorithm TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('next', 'current', 'retired')),
    since INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    sealed BLOB NOT NULL,
    key TEXT NOT NULL
  ) STRICT;
  CREATE UNIQUE INDEX keys_one_each ON keys (algorithm, state) WHERE state <> 'retired';

  CREATE TABLE counters (
    name TEXT PRIMARY KEY,
    count INTEGER NOT NULL,
    resets_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX counters_to_sweep ON counters (resets_at);

  CREATE TABLE events (
    id TEXT NOT NULL UNIQUE,
    at INTEGER NOT NULL,
    tenant TEXT NOT NULL,
    subject TEXT,
    event TEXT NOT NULL
  ) STRICT;
  CREATE INDEX events_by_time ON events (at);
  CREATE INDEX events_of_subject ON events (tenant, subject, at);
  `,
    ],
  },
  {
    version: 2,
    title: 'one-time values, and from when on a profile may be cached',
    statements: [
      `
  CREATE TABLE one_time_values (
    value TEXT PRIMARY KEY,
    expires_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX one_time_values_to_sweep ON one_time_values (expires_at);
  `,
      // A session that a node of the version before begins has no such instant: the last one there is, so that its profile
      // never comes from a cache.
      'ALTER TABLE sessions ADD COLUMN profile_from INTEGER NOT NULL DEFAULT 8640000000000000',
    ],
  },
]

/** The steps that the file still lacks. @throws Error where it is of a version that this library cannot work with. */
export function pending(connection: Connection, known: readonly Migration[] = steps): readonly Migration[] {
  const version = versionOf(connection)
  checkVersion('the SQLite file', version, known.length)
  return known.slice(version)
}

/**
 * Makes the steps that the file lacks, in one transaction: of processes that start at once, one does it.
 *
 * @returns the steps that this call has made.
 * @throws Error where the file is of a version that this library cannot work with.
 */
export function migrate(connection: Connection, known: readonly Migration[] = steps): readonly Migration[] {
  if (pending(connection, known).length === 0) return []
  connection.exec('BEGIN IMMEDIATE')
  try {
    const lacking = pending(connection, known)
    for (const { version, statements } of lacking) {
      for (const statement of statements) connection.exec(statement)
      if (version === 1) {
        connection.run('INSERT INTO history (epoch) VALUES (?)', [randomBytes(16).toString('base64url')])
      }
    }
    if (lacking.length > 0) connection.exec(`PRAGMA user_version = ${known.length}`)
    connection.exec('COMMIT')
    return lacking
  } catch (error) {
    connection.exec('ROLLBACK')
    throw error
  }
}

function versionOf(connection: Connection): number {
  return connection.get('PRAGMA user_version', [])?.user_version as number
}
