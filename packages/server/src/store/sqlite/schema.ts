import { randomBytes } from 'node:crypto'
import type { Connection } from './connection.js'

/**
 * The steps from an empty file to the present schema. A step that was released is never changed; a new one is appended.
 *
 * Each table has columns for what conditions and orders ask, and one column of JSON for what is only carried.
 */
const steps: readonly string[] = [
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
]

/**
 * Brings the file to the present schema, in one transaction: of processes that start at once, one does it.
 *
 * @throws Error where a newer version of this library wrote the file.
 */
export function migrate(connection: Connection): void {
  if (versionOf(connection) === steps.length) return
  connection.exec('BEGIN IMMEDIATE')
  try {
    const version = versionOf(connection)
    if (version > steps.length) {
      throw new Error(`the database has schema ${version}, and this version of the library knows ${steps.length}`)
    }
    for (const step of steps.slice(version)) connection.exec(step)
    if (version === 0) {
      connection.run('INSERT INTO history (epoch) VALUES (?)', [randomBytes(16).toString('base64url')])
    }
    connection.exec(`PRAGMA user_version = ${steps.length}`)
    connection.exec('COMMIT')
  } catch (error) {
    connection.exec('ROLLBACK')
    throw error
  }
}

function versionOf(connection: Connection): number {
  return connection.get('PRAGMA user_version', [])?.user_version as number
}
