import { prepareOnce } from '../driver/prepare-once.js'
import { prepareSchema } from '../driver/schema.js'
import { createDriverStore } from '../driver/store-lifecycle.js'
import type { Migration, Store } from '../store.js'
import { postgresAccounts } from './accounts.js'
import type { PostgresPool } from './client.js'
import { readClock, readingClock } from './clock.js'
import { postgresCounters } from './counters.js'
import { queryOn } from './database.js'
import { postgresEvents } from './events.js'
import { postgresKeys } from './keys.js'
import { migrationsFor } from './migrations.js'
import { postgresOneTimeValues } from './one-time-values.js'
import { type PostgresStoreOptions, settingsOf } from './options.js'
import { postgresRelay } from './relay.js'
import { checkServer } from './requirements.js'
import { postgresSchema } from './schema.js'
import { postgresSessions } from './sessions/sessions.js'
import { type Tables, tablesIn } from './tables.js'

export type { PostgresStoreOptions }

/**
 * A store in PostgreSQL 13 or later, for any number of nodes.
 *
 * @param options A `pg.Pool` that connects to the primary, or options. `close` does not end the pool.
 * @throws TypeError that names the option.
 */
export function postgresStore(options: PostgresPool | PostgresStoreOptions): Store {
  return createPostgresStore(options, migrationsFor)
}

/** @param migrationsOf The migrations that this version of the library knows; tests name others. */
export function createPostgresStore(
  options: PostgresPool | PostgresStoreOptions,
  migrationsOf: (tables: Tables) => readonly Migration[],
): Store {
  const { pool, schema: name, timeout, batch, prepare, relay, migrate, durability } = settingsOf(options)
  ignoreIdleErrors(pool)
  const tables = tablesIn(name)
  const query = queryOn(pool, { timeout, prepare })
  const schema = postgresSchema({ query, pool, tables, name, migrations: migrationsOf(tables) })
  const preparation = prepareOnce(async () => {
    await checkServer(query, durability)
    await prepareSchema(schema, migrate, 'the PostgreSQL database')
  })
  const context = { query, tables, batch }
  const notifications = relay === 'notify' ? postgresRelay({ pool, query, tables, timeout, preparation }) : undefined
  return createDriverStore({
    database: 'PostgreSQL',
    timeout,
    sweepTimeout: 600,
    preparation,
    sessions: postgresSessions(context),
    accounts: postgresAccounts(context),
    keys: postgresKeys(context),
    counters: postgresCounters(context),
    oneTimeValues: postgresOneTimeValues(context),
    events: postgresEvents(context),
    schema,
    ...(notifications && { relay: notifications.relay, close: notifications.close }),
    async now() {
      const { rows } = await query(`SELECT ${readingClock}`, [])
      return readClock(rows[0]![0])
    },
  })
}

const ignored = new WeakSet<PostgresPool>()

/**
 * The pool replaces an idle connection that breaks, and emits an `error` event, which ends the process without a listener. The
 * listener stays as long as the pool, because the event may come after the store was closed.
 */
function ignoreIdleErrors(pool: PostgresPool): void {
  if (ignored.has(pool)) return
  ignored.add(pool)
  pool.on?.('error', () => {})
}
