import { checkOptionNames } from '../../option-names.js'
import type { PostgresPool } from './client.js'

export interface PostgresStoreOptions {
  /**
   * A `pg.Pool` that reaches the primary, never a replica. With a relay it must allow two connections at least, since
   * one is kept for listening. `connectionTimeoutMillis` and `keepAlive` are worth setting: they tell how soon a host
   * that vanished is noticed.
   */
  readonly pool: PostgresPool
  /** The PostgreSQL schema of the tables. Default: the first of the connection's search path. */
  readonly schema?: string
  /** Seconds to wait for an answer before a verb rejects with StoreUnavailableError. Default 5. */
  readonly timeout?: number
  /**
   * `automatic`: missing tables are made at the first use, which needs the right to create them. `manual`: that is left
   * to `sessionward migrate`. Default `automatic`.
   */
  readonly migrate?: 'automatic' | 'manual'
  /**
   * Whether the refreshes of one event-loop turn share a statement, which costs this process a fraction. False where
   * each statement should be about one row, as with tables that are spread over several servers. Default true.
   */
  readonly batch?: boolean
  /**
   * Whether statements are named and so planned once for each connection. False behind a pooler that changes
   * connections with each transaction and does not follow named statements, such as PgBouncer before 1.21. Default
   * true.
   */
  readonly prepare?: boolean
  /**
   * How nodes hear of each other's revocations at once: `notify`, by LISTEN on a connection of its own, or `none`: they
   * look twice a second. Behind a pooler that changes connections with each transaction nothing can be heard, which is
   * noticed. Default `notify`.
   */
  readonly relay?: 'notify' | 'none'
  /**
   * `full`: every verb rejects with an Error where `synchronous_commit` is off, which loses the last moments of what was
   * answered when the server crashes: sessions that have just begun, revocations. `as-configured`: the store takes the server
   * as it is. Default `full`.
   */
  readonly durability?: 'full' | 'as-configured'
}

export type Settings = Required<Omit<PostgresStoreOptions, 'schema'>> & { readonly schema: string | undefined }

/** @throws TypeError where an option is not what it must be. */
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
 * A `pg.Client` has both methods too. Its `connect` may be called once, and a transaction of ours would hold
 * everybody's work.
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
