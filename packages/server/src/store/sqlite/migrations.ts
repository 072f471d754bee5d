import type { Migration } from '../store.js'

/**
 * The migrations from an empty file to the current schema. One that was released is never changed; a new one is appended.
 *
 * Each table has columns for what conditions and orders use, and one column of JSON for the rest.
 */
export const migrations: readonly Migration[] = [
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
