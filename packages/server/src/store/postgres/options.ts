import { checkOptionNames } from '../../input/option-names.js'
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

export type Settings = Required<Omit<PostgresStoreOptions, 'schema'>> & { readonly schema: string | undefined }

/** @throws TypeError that names the option. */
export function settingsOf(given: PostgresPool | PostgresStoreOptions): Settings {
  const options: PostgresStoreOptions = isPool(given) ? { pool: given } : given
  const {
    pool,
    schema,
    timeout = 5,
    migrate = 'automatic',
    batch = true,
    prepare = true,
    relay = 'notify',
  } = options ?? {}
  const { durability = 'full' } = options ?? {}
  expect(isPool(pool), 'pool must be a pg.Pool, with query() and connect()')
  expect(!isClient(pool!), 'pool must be a pg.Pool, not a client, which runs one query at a time')
  checkOptionNames('postgresStore', options, known)
  expect(schema === undefined || isIdentifier(schema), 'schema must be a name of 1 to 63 bytes')
  expect(
    typeof timeout === 'number' && timeout > 0 && timeout <= 3600,
    'timeout must be a number of seconds, up to 3600',
  )
  expect(isOneOf(migrate, ['automatic', 'manual']), 'migrate must be automatic or manual')
  expect(typeof batch === 'boolean', 'batch must be true or false')
  expect(typeof prepare === 'boolean', 'prepare must be true or false')
  expect(isOneOf(relay, ['notify', 'none']), 'relay must be notify or none')
  expect(isOneOf(durability, ['full', 'as-configured']), 'durability must be full or as-configured')
  expect(relay === 'none' || sizeOf(pool!) !== 1, 'pool must allow two connections, or relay must be none')
  return { pool: pool!, schema, timeout, migrate, batch, prepare, relay, durability }
}

const known: Readonly<Record<keyof PostgresStoreOptions, true>> = {
  pool: true,
  schema: true,
  timeout: true,
  migrate: true,
  batch: true,
  prepare: true,
  relay: true,
  durability: true,
}

function expect(holds: boolean, what: string): void {
  if (!holds) throw new TypeError(`postgresStore: ${what}`)
}

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

function isOneOf(value: unknown, allowed: readonly unknown[]): boolean {
  return allowed.includes(value)
}
