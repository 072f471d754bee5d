import { checkOptionNames } from '../../option-names.js'
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

export interface MysqlStoreOptions {
  /** Of mysql2 or mysql2/promise, naming a database. The store takes a few of its connections and does not end it. */
  readonly pool: MysqlPool | MysqlPromisePool
  /**
   * `full`: the store refuses a server that answers a commit before its disk has it (`innodb_flush_log_at_trx_commit`, and
   * `sync_binlog` where it writes a binary log). `as-configured`: it takes the server as it is; where the server's machine
   * fails, the last second of what was answered may be lost. Default `full`.
   */
  readonly durability?: 'full' | 'as-configured'
  /**
   * `automatic`: missing tables are made when the store is first used. `manual`: that is left to `sessionward migrate`, and
   * the store rejects until it has been done. Default `automatic`.
   */
  readonly migrate?: 'automatic' | 'manual'
  /** Seconds to wait for an answer. Default 5. */
  readonly timeout?: number
}

/**
 * A store in a database of MySQL (8.0 or later) or MariaDB (10.6 or later), for any number of nodes. All of them must talk
 * to the server that takes the writes.
 *
 * @param options A pool, or options.
 * @throws TypeError where an option is not what it should be. What is wrong with the server, its verbs say when they reject.
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
    else checkMade(await pending(bare, known))
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

function checkMade(lacking: readonly Migration[]): void {
  if (lacking.length === 0) return
  throw new Error(`the MySQL database lacks ${lacking.length} step(s) of the schema: run \`sessionward migrate\``)
}
