import { prepareOnce } from '../driver/prepare-once.js'
import { prepareSchema } from '../driver/schema.js'
import { createDriverStore } from '../driver/store-lifecycle.js'
import type { Migration, Store } from '../store.js'
import { mysqlAccounts } from './accounts.js'
import type { MysqlPool, MysqlPromisePool } from './client.js'
import { mysqlCounters } from './counters.js'
import { databaseOn } from './database.js'
import { mysqlEvents } from './events.js'
import { mysqlKeys } from './keys.js'
import { migrations } from './migrations.js'
import { mysqlOneTimeValues } from './one-time-values.js'
import { type MysqlStoreOptions, settingsOf } from './options.js'
import { checkServer } from './requirements.js'
import { mysqlSchema } from './schema.js'
import { mysqlSessions } from './sessions/sessions.js'
import { readingClock } from './sql.js'

export type { MysqlStoreOptions }

/**
 * A store in a database of MySQL (8.0 or later) or MariaDB (10.6 or later), for any number of nodes, all of which must connect
 * to the primary.
 *
 * @param options A pool, or options.
 * @throws TypeError that names the option. A server that does not meet the requirements makes every call reject.
 */
export function mysqlStore(options: MysqlPool | MysqlPromisePool | MysqlStoreOptions): Store {
  return createMysqlStore(options, migrations)
}

/** @param known The migrations that this version of the library knows; tests name others. */
export function createMysqlStore(
  options: MysqlPool | MysqlPromisePool | MysqlStoreOptions,
  known: readonly Migration[],
): Store {
  const { pool, durability, migrate, timeout } = settingsOf(options)
  const database = databaseOn(pool, timeout)
  const schema = mysqlSchema(database, known)
  return createDriverStore({
    database: 'MySQL',
    timeout,
    sweepTimeout: 600,
    preparation: prepareOnce(async () => {
      await checkServer(database, durability)
      await prepareSchema(schema, migrate, 'the MySQL database')
    }),
    sessions: mysqlSessions(database),
    accounts: mysqlAccounts(database),
    keys: mysqlKeys(database),
    counters: mysqlCounters(database),
    oneTimeValues: mysqlOneTimeValues(database),
    events: mysqlEvents(database),
    schema,
    async now() {
      const [row] = await database.readOnPrimary(`SELECT ${readingClock}`)
      return Number(row![0])
    },
  })
}
