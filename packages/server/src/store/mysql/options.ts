import { readOptions, required, shared } from '../driver/store-options.js'
import type { MysqlPool, MysqlPromisePool } from './client.js'

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

/** @throws TypeError that names the option. */
export function settingsOf(given: MysqlPool | MysqlPromisePool | MysqlStoreOptions) {
  const settings = readOptions('mysqlStore', isOptions(given) ? given : { pool: given }, rules)
  return { ...settings, pool: callbackPoolOf(settings.pool) as MysqlPool }
}

const rules = {
  pool: required<MysqlPool | MysqlPromisePool>(
    (value) => isPool(callbackPoolOf(value)),
    'a pool from createPool of mysql2 or mysql2/promise',
  ),
  durability: shared.durability,
  migrate: shared.migrate,
  timeout: shared.timeout,
} satisfies Record<keyof MysqlStoreOptions, unknown>

function isOptions(given: object): given is MysqlStoreOptions {
  return isObject(given) && !('getConnection' in given)
}

/** The pool inside a pool of mysql2/promise. */
function callbackPoolOf(given: unknown): unknown {
  return isObject(given) && isObject(given.pool) ? given.pool : given
}

/** `execute` distinguishes it from a pool of the package mysql. */
function isPool(value: unknown): boolean {
  return isObject(value) && typeof value.getConnection === 'function' && typeof value.execute === 'function'
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}
