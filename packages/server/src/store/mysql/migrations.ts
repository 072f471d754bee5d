import type { Migration } from '../store.js'

/**
 * The migrations from an empty database to the current schema. One that was released is never changed; a new one is appended.
 *
 * MySQL has no transaction around the statements, so each may run again: a table, a column or an index that exists counts as
 * created. Every table has columns for what conditions and orders query, and JSON for what is only carried. All columns are
 * bytes or integers, so that collations and character sets do not matter.
 */
export const migrations: readonly Migration[] = [
  {
    version: 1,
    title: 'sessions, accounts, keys, counters, one-time values and events',
    statements: [
      table(`history (
  id TINYINT NOT NULL PRIMARY KEY,
  version INT NOT NULL,
  epoch VARBINARY(64) NOT NULL
)`),
      // sweep_at is never later than the session's end, and moves only when a sweep looks at the row, so that a refresh
      // changes no column of an index. The end of a session is its entry in the revocation feed too, so that one statement
      // writes both. mark names the last write.
      table(`sessions (
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
  KEY to_sweep (sweep_at)
)`),
      // Entries of profiles, and those of sessions that were deleted before them. The id is a UUID_SHORT, because the
      // server would report an AUTO_INCREMENT instead of the argument of LAST_INSERT_ID.
      table(`revocations (
  id BIGINT UNSIGNED NOT NULL PRIMARY KEY,
  written_at BIGINT NOT NULL,
  expires BIGINT NOT NULL,
  entry LONGBLOB NOT NULL,
  KEY since (written_at),
  KEY to_sweep (expires)
)`),
      table(`accounts (
  owner VARBINARY(255) NOT NULL PRIMARY KEY,
  username VARBINARY(255) NOT NULL,
  password_hash LONGBLOB NOT NULL,
  scope LONGBLOB NOT NULL,
  profile LONGBLOB NOT NULL,
  disabled BIGINT NOT NULL,
  version BIGINT NOT NULL,
  writes BIGINT NOT NULL,
  origin LONGBLOB NOT NULL,
  UNIQUE KEY by_username (username)
)`),
      // A slot belongs to one key of an algorithm at a time; retired keys have none.
      table(`keys (
  kid VARBINARY(255) NOT NULL PRIMARY KEY,
  slot VARBINARY(255),
  state VARBINARY(16) NOT NULL,
  since BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  sealed LONGBLOB NOT NULL,
  origin LONGBLOB NOT NULL,
  UNIQUE KEY one_each (slot)
)`),
      table(`counters (
  name VARBINARY(255) NOT NULL PRIMARY KEY,
  count BIGINT NOT NULL,
  resets_at BIGINT NOT NULL,
  KEY to_sweep (resets_at)
)`),
      table(`one_time_values (
  value VARBINARY(255) NOT NULL PRIMARY KEY,
  expires_at BIGINT NOT NULL,
  KEY to_sweep (expires_at)
)`),
      table(`events (
  seq BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  id VARBINARY(255) NOT NULL,
  at BIGINT NOT NULL,
  owner VARBINARY(255),
  event LONGBLOB NOT NULL,
  UNIQUE KEY by_id (id),
  KEY by_time (at),
  KEY of_owner (owner, at)
)`),
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

function table(definition: string): string {
  return `CREATE TABLE IF NOT EXISTS sessionward_${definition} ENGINE = InnoDB ROW_FORMAT = DYNAMIC`
}
