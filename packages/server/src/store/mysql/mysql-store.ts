import { checkOptionNames } from '../../input/option-names.js'
import { schemaBehind } from '../schema-version.js'
import type { Migration, Store } from '../store.js'
import { mysqlAccounts } from './accounts.js'
import { type MysqlPool, type MysqlPromisePool, poolOf } from './client.js'
import { mysqlCounters } from './counters.js'
import { databaseOf } from './database.js'
import { drainOnClose } from './drain.js'
import { mysqlEvents } from './events.js'
import { mysqlKeys } from './keys.js'
import { mysqlOneTimeValues } from './one-time-values.js'
import { readied } from './readiness.js'
import { checkServer } from './requirements.js'
import { migrate, pending, steps } from './schema.js'
import { mysqlSessions } from './sessions.js'
import { readingNow } from './sql.js'

/** Options of `mysqlStore`. An unknown name is refused. */
export interface MysqlStoreOptions {
  /** A pool of mysql2 or mysql2/promise with a database. The store uses a few of its connections and does not end it. */
  readonly pool: MysqlPool | MysqlPromisePool
  /**
   * `full`: the store rejects if the server answers a commit before it is on the disk (`innodb_flush_log_at_trx_commit`, and
   * `sync_binlog` with a binary log). `as-configured`: no check; if the server's machine fails, the last second of committed
   * changes may be lost. Default `full`.
   */
  readonly durability?: 'full' | 'as-configured'
  /**
   * `automatic`: missing tables are created at the first use. `manual`: they are created by `sessionward migrate`, and the store
   * rejects until then. Default `automatic`.
   */
  readonly migrate?: 'automatic' | 'manual'
  /** Seconds until a call without an answer rejects with StoreUnavailableError. Default 5. */
  readonly timeout?: number
}

/**
 * A store in a database of MySQL (8.0 or later) or MariaDB (10.6 or later), for any number of nodes, all of which must connect
 * to the primary.
 *
 * @param options A pool, or options.
 * @throws TypeError that names the option. A server that does not meet the requirements makes every call reject.
 */
export function mysqlStore(options: MysqlPool | MysqlPromisePool | MysqlStoreOptions): Store {
  return mysqlStoreOf(isOptions(options) ? options : { pool: options }, steps)
}

/** @param known the steps of the schema that this version of the library is to know. For tests. */
export function mysqlStoreOf(options: MysqlStoreOptions, known: readonly Migration[]): Store {
  const { durability = 'full', migrate: whether = 'automatic', timeout = 5 } = options
  const pool = poolOf(options.pool)
  checkOptionNames('mysqlStore', options, optionNames)
  if (durability !== 'full' && durability !== 'as-configured')
    throw new TypeError('mysqlStore: durability must be full or as-configured')
  if (whether !== 'automatic' && whether !== 'manual')
    throw new TypeError('mysqlStore: migrate must be automatic or manual')
  if (typeof timeout !== 'number' || !(timeout > 0 && timeout <= 3600))
    throw new TypeError('mysqlStore: timeout must be a number of seconds, up to 3600')

  const bare = databaseOf(pool, { timeout })
  const database = readied(bare, async () => {
    await checkServer(bare, durability)
    if (whether === 'automatic') await migrate(bare, known)
    else requireMigrated(await pending(bare, known))
  })
  return drainOnClose({
    sessions: mysqlSessions({ database }),
    accounts: mysqlAccounts({ database }),
    keys: mysqlKeys({ database }),
    counters: mysqlCounters({ database }),
    oneTimeValues: mysqlOneTimeValues({ database }),
    events: mysqlEvents({ database }),
    schema: { pending: () => pending(bare, known), migrate: () => migrate(bare, known) },
    now: async () => {
      const [row] = await database.readOnPrimary(`SELECT ${readingNow}`)
      return Number(row?.[0])
    },
  })
}

const optionNames: Readonly<Record<keyof MysqlStoreOptions, true>> = {
  pool: true,
  durability: true,
  migrate: true,
  timeout: true,
}

function isOptions(given: MysqlPool | MysqlPromisePool | MysqlStoreOptions): given is MysqlStoreOptions {
  return typeof given === 'object' && given !== null && !('getConnection' in given)
}

function requireMigrated(pending: readonly Migration[]): void {
  if (pending.length > 0) throw schemaBehind('the MySQL database', pending)
}
