import { closeSync, mkdirSync, openSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { clock, type OptionRule, oneOf, readOptions, required, seconds, shared } from '../driver/store-options.js'
import type { Store } from '../store.js'
import { sqliteAccounts } from './accounts.js'
import type { Engine } from './client.js'
import { CommitGroup } from './commit-group.js'
import { sqliteCounters } from './counters.js'
import { type Connection, connect } from './database.js'
import { sqliteEvents } from './events.js'
import { sqliteKeys } from './keys.js'
import { sqliteOneTimeValues } from './one-time-values.js'
import { migrate, pending } from './schema.js'
import { sqliteSessions } from './sessions.js'

/** Options of `sqliteStore`. An unknown name is refused. */
export interface SqliteStoreOptions {
  /** The database file, which is created with its folder, readable by this user only. `:memory:` keeps nothing. */
  readonly path: string
  /** Seconds to wait while another process writes. Default 5. */
  readonly busyTimeout?: number
  /** Default: `node:sqlite` if this runtime has it, otherwise the package `libsql`. */
  readonly engine?: Engine
  /**
   * `automatic`: missing tables are created when the store is opened. `manual`: by `sessionward migrate`.
   * Default `automatic`.
   */
  readonly migrate?: 'automatic' | 'manual'
  /** The store's clock, in milliseconds since the epoch. Default: the machine's. For tests. */
  readonly now?: () => number
}

/**
 * A store in one SQLite file, for one machine. Several processes may share the file.
 *
 * @param options The path, or options.
 * @throws TypeError that names the option; Error if there is no SQLite engine, if the file cannot be opened, or if a newer version
 * of this library wrote it.
 */
export function sqliteStore(options: string | SqliteStoreOptions): Store {
  const settings = settingsOf(options)
  const { busyTimeout, now } = settings
  const connection = openConnection(options)
  const group = new CommitGroup(connection, busyTimeout)
  const context = { connection, group, now }
  // Not createDriverStore: the file is prepared when it is opened, and the commit group has its own time limit and close.
  return {
    sessions: sqliteSessions(context),
    accounts: sqliteAccounts(context),
    keys: sqliteKeys(context),
    counters: sqliteCounters(context),
    oneTimeValues: sqliteOneTimeValues(context),
    events: sqliteEvents(context),
    schema: {
      pending: () => group.read(() => pending(connection)),
      // Outside the commit group, which is always in a transaction. The call is synchronous, so nothing runs beside it.
      async migrate() {
        group.checkOpen()
        return migrate(connection)
      },
    },
    // The file is on this machine, so its clock is the store's.
    async now() {
      group.checkOpen()
      return now()
    },
    close: () => group.close(),
  }
}

const rules = {
  path: required<string>((value) => typeof value === 'string' && value !== '', 'the path of a file'),
  busyTimeout: { ...seconds(5), accepts: (value) => value === 0 || seconds(5).accepts(value) } as OptionRule<number>,
  engine: { ...oneOf<Engine>('node:sqlite', 'libsql'), fallback: undefined } as OptionRule<Engine | undefined>,
  migrate: shared.migrate,
  now: clock,
} satisfies Record<keyof SqliteStoreOptions, unknown>

function settingsOf(options: string | SqliteStoreOptions) {
  return readOptions('sqliteStore', typeof options === 'string' ? { path: options } : options, rules)
}

/** Opens the file as the store needs it: durable, private, of the present schema. */
export function openConnection(options: string | SqliteStoreOptions): Connection {
  const { path, engine, busyTimeout, migrate: migration } = settingsOf(options)
  const connection = connect(path === ':memory:' ? path : createFile(path), engine)
  try {
    connection.exec(`PRAGMA busy_timeout = ${Math.round(busyTimeout * 1000)}`)
    for (const pragma of pragmas) connection.exec(`PRAGMA ${pragma}`)
    if (migration === 'automatic') migrate(connection)
    // From here on the commit group waits, which lets the event loop go on.
    connection.exec('PRAGMA busy_timeout = 5')
    return connection
  } catch (error) {
    connection.close()
    throw error
  }
}

const pragmas = [
  'journal_mode = WAL',
  // Each commit waits for the disk. NORMAL would lose what was answered when the machine loses power.
  'synchronous = FULL',
  'foreign_keys = ON',
  // 16 MB of log between checkpoints: a page that is written often is copied to the database once.
  'wal_autocheckpoint = 4000',
  // Kibibytes.
  'cache_size = -32768',
]

/** SQLite gives the files beside the database the mode of the database. An absolute path is never read as a URI. */
function createFile(path: string): string {
  const absolute = resolve(path)
  mkdirSync(dirname(absolute), { recursive: true, mode: 0o700 })
  closeSync(openSync(absolute, 'a', 0o600))
  return absolute
}
