import type { Migration } from '../store.js'
import type { Tables } from './tables.js'

/**
 * The migrations from an empty database to the current schema. One that was released is never changed; a new one is appended.
 *
 * Each table has columns for what conditions and orders query, and one column of JSON for what is only carried: as text,
 * because jsonb refuses U+0000. Collation "C" compares bytes, whatever the database's own does.
 */
export function migrationsFor(tables: Tables): readonly Migration[] {
  return [
    {
      version: 1,
      title: 'sessions, accounts, keys, counters, one-time values and events',
      statements: [
        // sweep_at is never later than the session's end, and moves only when a sweep looks at the row. So a refresh
        // changes no column of an index, and with room left in each page it writes the row and nothing else (a HOT
        // update).
        `CREATE TABLE ${tables.sessions} (
  id text COLLATE "C" PRIMARY KEY,
  tenant text COLLATE "C" NOT NULL,
  subject text COLLATE "C" NOT NULL,
  created_at bigint NOT NULL,
  generation bigint NOT NULL,
  nonce bytea NOT NULL,
  superseded bytea NOT NULL,
  idle_deadline bigint NOT NULL,
  absolute_deadline bigint NOT NULL,
  profile_from bigint NOT NULL,
  ended_at bigint,
  ended_reason text,
  sweep_at bigint NOT NULL,
  origin text NOT NULL
) WITH (fillfactor = 75)`,
        `CREATE INDEX sessionward_sessions_of_subject ON ${tables.sessions} (tenant, subject, created_at)
  WHERE ended_at IS NULL`,
        `CREATE INDEX sessionward_sessions_to_sweep ON ${tables.sessions} (sweep_at)`,

        // Of a session, or of a profile: then JSON.
        `CREATE TABLE ${tables.revocations} (
  number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  written_at bigint NOT NULL,
  expires bigint NOT NULL,
  sid text COLLATE "C",
  reason text,
  profile text
)`,
        `CREATE INDEX sessionward_revocations_since ON ${tables.revocations} (written_at)`,
        `CREATE INDEX sessionward_revocations_to_sweep ON ${tables.revocations} (expires)`,

        `CREATE TABLE ${tables.accounts} (
  tenant text COLLATE "C" NOT NULL,
  subject text COLLATE "C" NOT NULL,
  username_key text COLLATE "C" NOT NULL,
  password_hash text COLLATE "C" NOT NULL,
  scope text COLLATE "C" NOT NULL,
  profile text NOT NULL,
  disabled boolean NOT NULL,
  version bigint NOT NULL,
  origin text NOT NULL,
  PRIMARY KEY (tenant, subject)
)`,
        `CREATE UNIQUE INDEX sessionward_accounts_by_username ON ${tables.accounts} (tenant, username_key)`,

        `CREATE TABLE ${tables.keys} (
  kid text COLLATE "C" PRIMARY KEY,
  algorithm text COLLATE "C" NOT NULL,
  state text NOT NULL CHECK (state IN ('next', 'current', 'retired')),
  since bigint NOT NULL,
  created_at bigint NOT NULL,
  sealed bytea NOT NULL,
  origin text NOT NULL
)`,
        `CREATE UNIQUE INDEX sessionward_keys_one_each ON ${tables.keys} (algorithm, state) WHERE state <> 'retired'`,

        `CREATE TABLE ${tables.counters} (
  name text COLLATE "C" PRIMARY KEY,
  count bigint NOT NULL,
  resets_at bigint NOT NULL
) WITH (fillfactor = 75)`,
        `CREATE INDEX sessionward_counters_to_sweep ON ${tables.counters} (resets_at)`,

        `CREATE TABLE ${tables.oneTimeValues} (
  value text COLLATE "C" PRIMARY KEY,
  expires_at bigint NOT NULL
)`,
        `CREATE INDEX sessionward_one_time_values_to_sweep ON ${tables.oneTimeValues} (expires_at)`,

        `CREATE TABLE ${tables.events} (
  number bigint GENERATED ALWAYS AS IDENTITY,
  id text COLLATE "C" PRIMARY KEY,
  at bigint NOT NULL,
  tenant text COLLATE "C" NOT NULL,
  subject text COLLATE "C",
  event text NOT NULL
)`,
        `CREATE INDEX sessionward_events_by_time ON ${tables.events} (at, number)`,
        `CREATE INDEX sessionward_events_of_subject ON ${tables.events} (tenant, subject, at, number)`,
      ],
    },
    {
      version: 2,
      title: 'the order of sign-ins under a session policy, and which of them replaced a session',
      statements: [
        `ALTER TABLE ${tables.sessions} ADD COLUMN ordinal bigint, ADD COLUMN replaced_by text,
  ADD COLUMN superseded_at bigint NOT NULL DEFAULT 0`,
        `CREATE UNIQUE INDEX sessionward_sessions_by_ordinal ON ${tables.sessions} (tenant, subject, ordinal)
  WHERE ordinal IS NOT NULL`,
      ],
    },
  ]
}
