import { flag, oneOf, readOptions, required, shared } from '../driver/store-options.js'
import type { PostgresPool } from './client.js'

/** Options of `postgresStore`. An unknown name is refused. */
export interface PostgresStoreOptions {
  /**
   * A `pg.Pool` that connects to the primary, never to a replica. With a relay it must allow at least two connections, because
   * one is kept for listening. Set `connectionTimeoutMillis` and `keepAlive`: they decide how soon a lost host is noticed.
   */
  readonly pool: PostgresPool
  /** The PostgreSQL schema of the tables. Default: the first of the connection's search path. */
  readonly schema?: string
  /** Seconds until a call without an answer rejects with StoreUnavailableError. Default 5. */
  readonly timeout?: number
  /**
   * `automatic`: missing tables are created at the first use, which needs the right to create them. `manual`: by
   * `sessionward migrate`. Default `automatic`.
   */
  readonly migrate?: 'automatic' | 'manual'
  /**
   * Whether the refreshes of one turn of the event loop share a statement, which saves most of their cost. Set false if each
   * statement should concern one row, for example with tables that are distributed over several servers. Default true.
   */
  readonly batch?: boolean
  /**
   * Whether statements are prepared by name, and planned once for each connection. Set false behind a pooler in transaction mode
   * that does not support prepared statements, such as PgBouncer before 1.21. Default true.
   */
  readonly prepare?: boolean
  /**
   * How nodes learn of each other's revocations at once: `notify`, by LISTEN on a connection of its own, or `none`: they poll
   * twice a second. Behind a pooler in transaction mode notifications do not arrive; the store detects that and polls. Default
   * `notify`.
   */
  readonly relay?: 'notify' | 'none'
  /**
   * `full`: every call rejects with an Error if `synchronous_commit` is off, because a crash of the server would lose the last
   * committed changes: new sessions, revocations. `as-configured`: no check. Default `full`.
   */
  readonly durability?: 'full' | 'as-configured'
}

/** @throws TypeError that names the option. */
export function settingsOf(given: PostgresPool | PostgresStoreOptions) {
  const settings = readOptions('postgresStore', isPool(given) ? { pool: given } : given, rules)
  const { pool, relay } = settings
  if (isClient(pool))
    throw new TypeError('postgresStore: pool must be a pg.Pool, not a client, which runs one query at a time')
  if (relay === 'notify' && sizeOf(pool) === 1)
    throw new TypeError('postgresStore: pool must allow two connections, or relay must be none')
  return settings
}

const rules = {
  pool: required<PostgresPool>(isPool, 'a pg.Pool, with query() and connect()'),
  schema: { accepts: isIdentifier, expected: 'a name of 1 to 63 bytes', fallback: undefined as string | undefined },
  timeout: shared.timeout,
  migrate: shared.migrate,
  batch: flag(true),
  prepare: flag(true),
  relay: oneOf('notify', 'none'),
  durability: shared.durability,
} satisfies Record<keyof PostgresStoreOptions, unknown>

function isPool(value: unknown): value is PostgresPool {
  const { query, connect } = (value ?? {}) as Partial<PostgresPool>
  return typeof query === 'function' && typeof connect === 'function'
}

/**
 * A `pg.Client` has both methods too, but its `connect` may be called only once, and a transaction would block all other calls.
 */
function isClient(pool: PostgresPool): boolean {
  return 'getTransactionStatus' in pool || 'escapeIdentifier' in pool
}

/** How many connections a `pg.Pool` may open. */
function sizeOf(pool: PostgresPool): unknown {
  return (pool as { readonly options?: { readonly max?: unknown } }).options?.max
}

function isIdentifier(name: unknown): boolean {
  return typeof name === 'string' && !name.includes('\0') && name !== '' && Buffer.byteLength(name) <= 63
}
