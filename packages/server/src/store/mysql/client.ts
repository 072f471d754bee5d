/**
 * What the store uses of a pool of mysql2, 3 or later.
 *
 * @external mysql2
 */
export interface MysqlPool {
  getConnection(callback: (error: Error | null, connection: MysqlConnection) => void): void
}

/**
 * A pool of mysql2/promise has such a pool inside, through which a statement takes a quarter less time of the processor.
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
  /** The options of its pool. */
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
 * A statement says how its rows are read, so that the options of the pool do not matter.
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

/** A value of a statement, as mysql2 takes it. */
export type Parameter = number | string | Buffer | null
