import { randomBytes } from 'node:crypto'
import { closeSync, existsSync, openSync, readSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import { checkVersion } from '../schema-version.js'
import type { Migration } from '../store.js'
import { type Connection, connect } from './connection.js'

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
  {
    version: 3,
    title: 'the order of sign-ins under a session policy, and which of them replaced a session',
    statements: [
      'ALTER TABLE sessions ADD COLUMN ordinal INTEGER',
      'ALTER TABLE sessions ADD COLUMN replaced_by TEXT',
      'CREATE UNIQUE INDEX sessions_by_ordinal ON sessions (tenant, subject, ordinal) WHERE ordinal IS NOT NULL',
    ],
  },
]

/** The steps that the file still lacks. @throws Error where it is of a version that this library cannot work with. */
export function pending(connection: Connection, known: readonly Migration[] = steps): readonly Migration[] {
  return lackingFrom(versionOf(connection), known)
}

/**
 * The steps that a file still lacks, all of them where it is missing. Changes nothing and makes nothing: SQLite itself would
 * leave its log beside the file.
 */
export function pendingIn(path: string): readonly Migration[] {
  if (path === ':memory:' || !existsSync(path)) return steps
  return lackingFrom(hasLog(path) ? versionInLog(path) : versionInHeader(path), steps)
}

function lackingFrom(version: number, known: readonly Migration[]): readonly Migration[] {
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

/** Whether there are changes which the file itself does not hold yet: a process has it open, or was killed. */
function hasLog(path: string): boolean {
  return (statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0) > 0
}

function versionInLog(path: string): number {
  const connection = connect(resolve(path), undefined, { readOnly: true })
  try {
    return versionOf(connection)
  } finally {
    connection.close()
  }
}

/** sqlite.org/fileformat.html, 1.3: the user version is four bytes at 60. An empty file is an empty database. */
function versionInHeader(path: string): number {
  const header = Buffer.alloc(64)
  const file = openSync(path, 'r')
  try {
    const length = readSync(file, header)
    if (length === 0) return 0
    if (!header.toString('latin1').startsWith('SQLite format 3\0')) throw new Error(`${path} is not an SQLite file`)
    return header.readInt32BE(60)
  } finally {
    closeSync(file)
  }
}

function versionOf(connection: Connection): number {
  return connection.get('PRAGMA user_version', [])?.user_version as number
}
