import { type BatchOptions, createBatch } from '../driver/batch.js'
import { StoreUnavailableError } from '../store.js'
import type { MysqlConnection, MysqlPool, MysqlStatement, Parameter } from './client.js'
import { isConflict, isOfDeadConnection, takesNoWrites, translated, unavailable } from './faults.js'

/** Columns in the order of the statement. Integers may be texts, as the pool likes it: read them with Number. */
export type Row = readonly unknown[]

/** What a statement has done. */
export interface Change {
  /** Rows. An update of rows to what they were counts on some pools and not on others: no update of ours is one. */
  readonly rows: number
  /** What the statement gave to LAST_INSERT_ID(): the one way to hear of a value that it has written. */
  readonly noted: number
}

/** Statements are prepared, and kept prepared by each connection. */
export interface Statements {
  read(sql: string, values?: Parameter[]): Promise<readonly Row[]>
  write(sql: string, values?: Parameter[]): Promise<Change>
}

export interface Database extends Statements {
  /**
   * Reads what must not be old, by a statement whose first column is `readingNow`. Where the server takes no writes the
   * connection is closed as after a write, for a new one may lead to the primary.
   */
  readOnPrimary(sql: string, values?: Parameter[]): Promise<readonly Row[]>
  /** One connection for all of it, without a transaction, and as long as it takes. */
  alone<T>(work: (on: Statements) => Promise<T>): Promise<T>
  /** Does it again where the database takes it back for another's sake. */
  transaction<T>(work: (on: Statements) => Promise<T>): Promise<T>
  /** Asks for what one event-loop turn wants in one go. Each is answered in time, or rejected. */
  grouped<Item, Result>(options: BatchOptions<Item, Result>): (item: Item) => Promise<Result>
  /** Rejects where the answer is overdue. */
  inTime<T>(answer: Promise<T>): Promise<T>
}

export interface DatabaseOptions {
  /** Seconds. */
  readonly timeout: number
}

export function databaseOf(pool: MysqlPool, { timeout }: DatabaseOptions): Database {
  async function attempt<T>(work: Work<T>, seconds = timeout): Promise<T> {
    for (let left = attempts - 1; ; left--) {
      try {
        return await withConnection(pool, work, seconds)
      } catch (error) {
        if (left === 0 || !isConflict(error)) throw translated(error)
      }
    }
  }

  function inTime<T>(answer: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(unanswered(timeout)), timeout * 1000)
      answer.then(resolve, reject).finally(() => clearTimeout(timer))
    })
  }

  return {
    read: (sql, values) => attempt((connection) => read(connection, sql, values)),
    write: (sql, values) => attempt((connection) => write(connection, sql, values)),
    readOnPrimary: (sql, values) => attempt((connection) => readOnPrimary(connection, sql, values)),
    alone: (work) => attempt((connection) => work(statementsOn(connection)), anHour),
    transaction: (work) => attempt((connection) => inTransaction(connection, work)),
    grouped(options) {
      const act = createBatch(options)
      // A batch waits for the one before it: each of its items has a time of its own.
      return (item) => inTime(act(item))
    },
    inTime,
  }
}

type Work<T> = (connection: MysqlConnection) => Promise<T>

const attempts = 6

/** Seconds. */
const anHour = 3600

/** A connection whose answer is overdue is closed: it may lead to a machine that is gone, and none would be left. */
function withConnection<T>(pool: MysqlPool, work: Work<T>, seconds: number): Promise<T> {
  return new Promise((resolve, reject) => {
    let held: MysqlConnection | undefined
    let isOverdue = false
    const timer = setTimeout(() => {
      isOverdue = true
      held?.destroy()
      reject(unanswered(seconds))
    }, seconds * 1000)

    pool.getConnection((unreachable, connection) => {
      if (isOverdue) return unreachable ? undefined : connection.release()
      if (unreachable) {
        clearTimeout(timer)
        return reject(unavailable(unreachable))
      }
      held = connection
      const end = (isUsable: boolean) => {
        if (isOverdue) return
        clearTimeout(timer)
        if (isUsable) connection.release()
        else connection.destroy()
      }
      work(connection).then(
        (result) => {
          end(true)
          resolve(result)
        },
        (error) => {
          end(!isOfDeadConnection(error))
          reject(error)
        },
      )
    })
  })
}

function statementsOn(connection: MysqlConnection): Statements {
  return {
    read: (sql, values) => read(connection, sql, values),
    write: (sql, values) => write(connection, sql, values),
  }
}

async function read(connection: MysqlConnection, sql: string, values?: Parameter[]): Promise<readonly Row[]> {
  return (await execute(connection, sql, values)) as readonly Row[]
}

async function readOnPrimary(connection: MysqlConnection, sql: string, values?: Parameter[]): Promise<readonly Row[]> {
  const rows = await read(connection, sql, values)
  if (rows[0]?.[0] === null) throw takesNoWrites()
  return rows
}

async function write(connection: MysqlConnection, sql: string, values?: Parameter[]): Promise<Change> {
  const answer = (await execute(connection, sql, values)) as Record<'affectedRows' | 'insertId', unknown>
  return { rows: Number(answer.affectedRows), noted: Number(answer.insertId) }
}

function execute(connection: MysqlConnection, sql: string, values: Parameter[] = []): Promise<unknown> {
  // mysql2 lets a typeCast function of the pool rule unless a statement has a function too.
  const typeCast = typeof connection.config?.typeCast === 'function' ? asItIs : true
  const statement: MysqlStatement = { sql, values, rowsAsArray: true, nestTables: false, typeCast }
  return new Promise((resolve, reject) => {
    connection.execute(statement, (error, answer) => (error ? reject(error) : resolve(answer)))
  })
}

function asItIs(_field: unknown, next: () => unknown): unknown {
  return next()
}

async function inTransaction<T>(connection: MysqlConnection, work: (on: Statements) => Promise<T>): Promise<T> {
  // Some servers cannot prepare this one.
  await command(connection, 'START TRANSACTION')
  try {
    const result = await work(statementsOn(connection))
    await command(connection, 'COMMIT')
    return result
  } catch (error) {
    await command(connection, 'ROLLBACK').catch(() => connection.destroy())
    throw error
  }
}

function command(connection: MysqlConnection, sql: string): Promise<void> {
  return new Promise((resolve, reject) => {
    connection.query(sql, (error) => (error ? reject(error) : resolve()))
  })
}

function unanswered(seconds: number): StoreUnavailableError {
  return new StoreUnavailableError(`MySQL did not answer within ${seconds} s`)
}
