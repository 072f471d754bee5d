import { type Migration, type Store, StoreUnavailableError } from '../store.js'
import { postgresAccounts } from './accounts.js'
import type { PostgresPool } from './client.js'
import { readClock, readingClock } from './clock.js'
import { postgresCounters } from './counters.js'
import { type Ask, askOn } from './database.js'
import { within } from './deadline.js'
import { postgresEvents } from './events.js'
import { postgresKeys } from './keys.js'
import { migrationsOf } from './migrations.js'
import { postgresOneTimeValues } from './one-time-values.js'
import { opening } from './opening.js'
import { type PostgresStoreOptions, settingsOf } from './options.js'
import { postgresRelay } from './relay.js'
import { postgresSchema } from './schema.js'
import { postgresSessions } from './sessions.js'
import { type Tables, tablesIn } from './tables.js'
import { transactOn } from './transaction.js'

export type { PostgresStoreOptions }

/**
 * A store in PostgreSQL 13 or later, for any number of nodes.
 *
 * @param options A `pg.Pool` that connects to the primary, or options. `close` does not end the pool.
 * @throws TypeError that names the option.
 */
export function postgresStore(options: PostgresPool | PostgresStoreOptions): Store {
  return openStore(options, migrationsOf)
}

/** @param stepsFor The steps that this version of the library knows. */
export function openStore(
  options: PostgresPool | PostgresStoreOptions,
  stepsFor: (tables: Tables) => readonly Migration[],
): Store {
  const { pool, schema: name, timeout, batch, relay, ...settings } = settingsOf(options)
  handleErrorsOf(pool)
  const tables = tablesIn(name)
  const asked = askOn(pool, { timeout, prepare: settings.prepare })
  const schema = postgresSchema({
    ask: asked,
    transact: transactOn(pool, { timeout: migrationTimeout }),
    tables,
    schema: name,
    steps: stepsFor(tables),
  })
  const open = opening(asked, schema, settings)
  const ask: Ask = async (sql, values) => {
    await open()
    return asked(sql, values)
  }
  const part = { ask, tables, batch }
  let closed: Promise<void> | undefined

  /** Every verb of a part, until the store is closed, and never for longer than it may take. */
  function guarded<P extends object>(verbs: P, seconds: (verb: string) => number = () => timeout): P {
    const entries = Object.entries(verbs).map(([verb, act]) => {
      const limit = seconds(verb)
      return [
        verb,
        (...args: unknown[]) =>
          closed ? refused() : within(limit, (act as (...args: unknown[]) => Promise<unknown>)(...args)),
      ]
    })
    return Object.fromEntries(entries) as P
  }

  const relayed = relay === 'notify' ? postgresRelay({ pool, ask, tables, timeout }) : undefined
  return {
    sessions: guarded(postgresSessions(part), (verb) => (verb === 'deleteExpired' ? sweepTimeout : timeout)),
    accounts: guarded(postgresAccounts(part)),
    keys: guarded(postgresKeys(part)),
    counters: guarded(postgresCounters(part)),
    oneTimeValues: guarded(postgresOneTimeValues(part)),
    events: guarded(postgresEvents(part)),
    schema: guarded(schema, () => migrationTimeout),
    ...(relayed && { relay: relayed.relay }),
    ...guarded({
      async now() {
        const { rows } = await ask(`SELECT ${readingClock}`, [])
        return readClock(rows[0]![0])
      },
    }),
    close() {
      closed ??= Promise.resolve(relayed?.close())
      return closed
    },
  }
}

/** Seconds. A step may build an index over all there is. */
const migrationTimeout = 600
/** Seconds. A sweep is many statements, each of which is answered in time or not. */
const sweepTimeout = 600

function refused(): Promise<never> {
  return Promise.reject(new StoreUnavailableError('the store is closed'))
}

const handled = new WeakSet<PostgresPool>()

/**
 * The pool replaces an idle connection that breaks, and emits an `error` event, which ends the process without a listener. The
 * listener stays as long as the pool, because the event may come after the store was closed.
 */
function handleErrorsOf(pool: PostgresPool): void {
  if (handled.has(pool)) return
  handled.add(pool)
  pool.on?.('error', () => {})
}
