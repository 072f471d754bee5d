import type { Pool } from 'mysql2/promise'
import type { MysqlPool } from '../../../src/store/mysql/index.js'

/** The pool, with somebody who hears of each statement before the server does. */
export function listening(pool: Pool, hear: (sql: string) => Promise<void> | void): MysqlPool {
  const core: MysqlPool = pool.pool
  const heard: MysqlPool & { execute(): void } = {
    execute() {},
    getConnection: (callback) =>
      core.getConnection((error, connection) => {
        if (error) return callback(error, connection)
        callback(null, {
          config: connection.config ?? {},
          query: (sql, done) => connection.query(sql, done),
          release: () => connection.release(),
          destroy: () => connection.destroy(),
          async execute(statement, done) {
            await hear(statement.sql)
            connection.execute(statement, done)
          },
        })
      }),
  }
  return heard
}
