import { mysqlStore } from '@sessionward/server/store/mysql'
import { createPool } from 'mysql2/promise'

export const title = 'MariaDB'
export const service = 'mariadb'
export const args = ['--innodb-flush-log-at-trx-commit=1', '--innodb-doublewrite=1']

export const connect = ({ url }) => createPool(url)

export async function promiseOf(pool) {
  const shown = async (name) => `${name}=${(await pool.query(`SELECT @@${name} AS value`))[0][0].value}`
  return Promise.all(['innodb_flush_log_at_trx_commit', 'log_bin'].map(shown))
}

export const disconnect = (pool) => pool.end()

export const store = (pool) => mysqlStore({ pool })

export async function floor(pool) {
  await pool.query(`
    CREATE TABLE floor (
      id VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin PRIMARY KEY, generation BIGINT NOT NULL,
      nonce VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL, idle_deadline BIGINT NOT NULL
    ) ENGINE = InnoDB`)
  const advance = `
    UPDATE floor SET generation = generation + 1, nonce = ?, idle_deadline = ?
    WHERE id = ? AND generation = ? AND nonce = ?`
  return {
    insert: (id, generation, nonce) => pool.execute('INSERT INTO floor VALUES (?, ?, ?, 0)', [id, generation, nonce]),
    async advance({ id, generation, nonce, next, idleDeadline }) {
      const [{ affectedRows }] = await pool.execute(advance, [next, idleDeadline, id, generation, nonce])
      return affectedRows === 1
    },
  }
}
