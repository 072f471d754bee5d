/**
 * What the store uses of a `pg.Pool`.
 *
 * @external pg
 */
export interface PostgresPool {
  query(config: PostgresQuery): Promise<PostgresResult>
  /** A connection of its own, for a transaction and for LISTEN. */
  connect(): Promise<PostgresConnection>
  /**
   * Where the pool reports idle connections that broke: an `error` event without a listener ends the process.
   */
  on?(event: 'error', listener: (error: Error) => void): unknown
}

/**
 * A connection of the pool that is kept, to listen.
 *
 * @external pg
 */
export interface PostgresConnection {
  query(config: PostgresQuery): Promise<PostgresResult>
  on(event: 'notification', listener: (message: PostgresNotification) => void): unknown
  on(event: 'error' | 'end', listener: (error?: Error) => void): unknown
  /** Gives the connection back; `true` ends it instead. */
  release(destroy?: boolean): void
}

/**
 * A statement, as `pg` takes it.
 *
 * @external pg
 */
export interface PostgresQuery {
  readonly text: string
  readonly values: unknown[]
  /** Names a statement, which is then planned once for each connection. */
  readonly name?: string
  readonly rowMode: 'array'
  /** How the text of a column is read. */
  readonly types: { getTypeParser(...type: never): (text: string) => string }
  /** Milliseconds after which the connection is taken for dead. */
  readonly query_timeout: number
}

/**
 * What `pg` answers.
 *
 * @external pg
 */
export interface PostgresResult {
  /** How many rows were written or read. */
  readonly rowCount: number | null
  readonly rows: readonly (readonly unknown[])[]
}

/**
 * A notification, as `pg` hands it over.
 *
 * @external pg
 */
export interface PostgresNotification {
  readonly channel: string
  readonly payload?: string | undefined
}
