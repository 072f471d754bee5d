import type { PostgresPool } from './client.js'
import { connectionOf } from './connection.js'
import { type Ask, answerOf, type Manner, questionOf } from './database.js'
import { failureOf } from './errors.js'

/** Runs works that belong together on one connection: all of what they write stays, or nothing. */
export type Transact = <T>(work: (on: Ask) => Promise<T>) => Promise<T>

export function transactOn(pool: PostgresPool, { timeout }: Pick<Manner, 'timeout'>): Transact {
  return async (work) => {
    const connection = await connectionOf(pool, timeout)
    const on: Ask = async (sql, values) => answerOf(await connection.query(questionOf(sql, values, timeout, false)))
    // What breaks the connection also rejects the statement that is under way; unheard, it would end the process.
    connection.on('error', () => {})
    try {
      await on('BEGIN', [])
      const result = await work(on)
      await on('COMMIT', [])
      connection.release()
      return result
    } catch (error) {
      // A connection that ends takes its transaction back.
      connection.release(true)
      throw failureOf(error)
    }
  }
}
