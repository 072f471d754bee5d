/**
 * What we ask of a pool of mysql2, 3 or later.
 *
 * @external mysql2
 */
export interface MysqlPool {
  getConnection(callback: (error: Error | null, connection: MysqlConnection) => void): void
}

/**
 * A pool of mysql2/promise has such a one inside. Through it a statement costs a quarter less of our processor.
 *
 * @external mysql2
 */
export interface MysqlPromisePool {
  readonly pool: MysqlPool
}

/**
 * A connection of the pool.
 *
 * @external mysql2
 */
export interface MysqlConnection {
  /** What its pool was made with. */
  readonly config?: { readonly typeCast?: unknown }
  execute(statement: MysqlStatement, callback: MysqlCallback): unknown
  /** Statements without values that cannot be prepared. */
  query(sql: string, callback: MysqlCallback): unknown
  release(): void
  /** Closes it, so that the pool opens another. */
  destroy(): void
}

/**
 * What mysql2 calls with the answer.
 *
 * @external mysql2
 */
export type MysqlCallback = (error: Error | null, answer: unknown) => void

/**
 * What a pool's own options say of rows does not matter: each statement says it anew.
 *
 * @external mysql2
 */
export interface MysqlStatement {
  readonly sql: string
  values: Parameter[]
  readonly rowsAsArray: true
  readonly nestTables: false
  readonly typeCast: true | ((field: unknown, next: () => unknown) => unknown)
}

/** Texts are given as their bytes: a string would pass through the character set of the pool's connections. */
export type Parameter = number | string | Buffer | null

/** @throws TypeError that names what was expected. */
export function poolOf(given: unknown): MysqlPool {
  const pool = isObject(given) && isObject(given.pool) ? given.pool : given
  // `execute` tells it from a pool of the package mysql.
  const isPool = isObject(pool) && typeof pool.getConnection === 'function' && typeof pool.execute === 'function'
  if (!isPool) throw new TypeError('mysqlStore: pool must come from createPool of mysql2 or mysql2/promise')
  return pool as unknown as MysqlPool
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}
