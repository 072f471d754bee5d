import { withTimeout } from '../driver/with-timeout.js'
import { StoreUnavailableError } from '../store.js'
import type { MysqlConnection, MysqlPool, MysqlStatement, Parameter } from './client.js'
import { failureOf, isConflict, isDuplicate, needsNewConnection, unavailable } from './errors.js'

/** The columns in the order of the statement. Whether integers are strings depends on the pool: read them with Number. */
export type Row = readonly unknown[]

/** A parameter. A limit is a bigint, because mysql2 sends a number as floating point, which LIMIT refuses. */
export type Value = string | Uint8Array | number | bigint | null

export interface Change {
  /** Changed rows. Pools differ in whether an update that changes nothing in a row counts it; no statement here is one. */
  readonly count: number
  /** What the statement passed to LAST_INSERT_ID(): the only way to learn a value that it has written. */
  readonly insertId: number
}

/** Statements are prepared, and stay prepared on each connection. */
export interface Statements {
  read(sql: string, values?: readonly Value[]): Promise<readonly Row[]>
  write(sql: string, values?: readonly Value[]): Promise<Change>
}

export interface Database extends Statements {
  /**
   * Reads by a statement whose first column is `readingClock`.
   *
   * @throws StoreUnavailableError on a read-only server. The connection is closed, because a new one may lead to the primary.
   */
  readOnPrimary(sql: string, values?: readonly Value[]): Promise<readonly Row[]>
  /** @returns whether the row was inserted: not where another has one of its unique keys. */
  insert(sql: string, values: readonly Value[]): Promise<boolean>
  /** Runs all statements on one connection, without a transaction. */
  onOneConnection<T>(seconds: number, work: (on: Statements) => Promise<T>): Promise<T>
  /** Runs the work again if it lost against another transaction. */
  transaction<T>(work: (on: Statements) => Promise<T>): Promise<T>
}

const maxAttempts = 6

type Work<T> = (on: Statements, connection: MysqlConnection) => Promise<T>

/** @param timeout Seconds to wait for a connection, and then for what it is used for. */
export function databaseOn(pool: MysqlPool, timeout: number): Database {
  async function run<T>(work: Work<T>, seconds = timeout): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await withConnection(pool, seconds, work)
      } catch (error) {
        if (attempt === maxAttempts || !isConflict(error)) throw failureOf(error)
      }
    }
  }

  return {
    read: (sql, values) => run((on) => on.read(sql, values)),
    write: (sql, values) => run((on) => on.write(sql, values)),
    readOnPrimary: (sql, values) =>
      run(async (on) => {
        const rows = await on.read(sql, values)
        if (rows[0]?.[0] === null)
          throw new StoreUnavailableError('the MySQL server is read-only: connect the pool to the primary')
        return rows
      }),
    async insert(sql, values) {
      try {
        await run((on) => on.write(sql, values))
        return true
      } catch (error) {
        if (isDuplicate(error)) return false
        throw error
      }
    },
    onOneConnection: (seconds, work) => run(work, seconds),
    transaction: (work) => run((on, connection) => inTransaction(connection, () => work(on))),
  }
}

/** A connection without an answer is closed: it may lead to a machine that is gone, and the pool would run out of others. */
async function withConnection<T>(pool: MysqlPool, seconds: number, work: Work<T>): Promise<T> {
  const connection = await connectionOf(pool, seconds)
  try {
    const result = await withTimeout(seconds, 'MySQL', work(statementsOn(connection), connection))
    connection.release()
    return result
  } catch (error) {
    if (needsNewConnection(error)) connection.destroy()
    else connection.release()
    throw error
  }
}

async function connectionOf(pool: MysqlPool, seconds: number): Promise<MysqlConnection> {
  const connecting = new Promise<MysqlConnection>((resolve, reject) => {
    pool.getConnection((error, connection) => (error ? reject(unavailable(error)) : resolve(connection)))
  })
  try {
    return await withTimeout(seconds, 'MySQL', connecting)
  } catch (error) {
    // One that comes too late goes back.
    connecting.then((late) => late.release()).catch(() => {})
    throw error
  }
}

function statementsOn(connection: MysqlConnection): Statements {
  return {
    async read(sql, values) {
      return (await execute(connection, sql, values)) as readonly Row[]
    },
    async write(sql, values) {
      const answer = (await execute(connection, sql, values)) as Record<'affectedRows' | 'insertId', unknown>
      return { count: Number(answer.affectedRows), insertId: Number(answer.insertId) }
    },
  }
}

function execute(connection: MysqlConnection, sql: string, values: readonly Value[] = []): Promise<unknown> {
  // A typeCast function of the pool decides how rows are read, unless the statement has a function too.
  const typeCast =
    typeof connection.config?.typeCast === 'function' ? (_: unknown, next: () => unknown) => next() : true
  const parameters = values.map(parameterOf)
  const statement: MysqlStatement = { sql, values: parameters, rowsAsArray: true, nestTables: false, typeCast }
  return new Promise((resolve, reject) => {
    connection.execute(statement, (error, answer) => (error ? reject(error) : resolve(answer)))
  })
}

/** Strings are sent as bytes, because mysql2 would encode them in the character set of the connection. */
function parameterOf(value: Value): Parameter {
  if (value === null || typeof value === 'number') return value
  if (typeof value === 'bigint') return String(value)
  return Buffer.from(value)
}

async function inTransaction<T>(connection: MysqlConnection, work: () => Promise<T>): Promise<T> {
  // Some servers cannot prepare these.
  const command = (sql: string) =>
    new Promise<void>((resolve, reject) => connection.query(sql, (error) => (error ? reject(error) : resolve())))
  await command('START TRANSACTION')
  try {
    const result = await work()
    await command('COMMIT')
    return result
  } catch (error) {
    await command('ROLLBACK').catch(() => connection.destroy())
    throw error
  }
}
