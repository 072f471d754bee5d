import type { PostgresPool } from './client.js'
import { connectionOf } from './connection.js'
import { type Query, resultOf, statementOf } from './database.js'
import { failureOf } from './errors.js'

/** Runs statements that belong together on one connection: all of what they write stays, or nothing. */
export async function inTransaction<T>(
  pool: PostgresPool,
  timeout: number,
  work: (on: Query) => Promise<T>,
): Promise<T> {
  const connection = await connectionOf(pool, timeout)
  const on: Query = async (sql, values) => resultOf(await connection.query(statementOf(sql, values, timeout, false)))
  // What breaks the connection also rejects the statement that is under way; without a listener it would end the process.
  connection.on('error', () => {})
  try {
    await on('BEGIN', [])
    const result = await work(on)
    await on('COMMIT', [])
    connection.release()
    return result
  } catch (error) {
    // PostgreSQL rolls back when the connection ends.
    connection.release(true)
    throw failureOf(error)
  }
}
