import { postgresStore } from '@sessionward/server/store/postgres'
import pg from 'pg'

export const title = 'PostgreSQL'
export const service = 'postgres'
/** `scripts/services` starts it for tests, which need not survive a power failure. */
export const args = ['-c', 'fsync=on', '-c', 'synchronous_commit=on', '-c', 'full_page_writes=on']

export const connect = ({ url }) => new pg.Pool({ connectionString: url })

export async function promiseOf(pool) {
  const shown = async (name) => `${name}=${(await pool.query(`SHOW ${name}`)).rows[0][name]}`
  return Promise.all(['fsync', 'synchronous_commit'].map(shown))
}

export const disconnect = (pool) => pool.end()

export const store = (pool) => postgresStore(pool)

export async function floor(pool) {
  await pool.query(`
    CREATE TABLE floor (
      id text PRIMARY KEY, generation bigint NOT NULL, nonce text NOT NULL, idle_deadline bigint NOT NULL
    ) WITH (fillfactor = 75)`)
  const advance = {
    name: 'advance',
    text: `
      UPDATE floor SET generation = generation + 1, nonce = $4, idle_deadline = $5
      WHERE id = $1 AND generation = $2 AND nonce = $3`,
  }
  return {
    insert: (id, generation, nonce) => pool.query('INSERT INTO floor VALUES ($1, $2, $3, 0)', [id, generation, nonce]),
    async advance({ id, generation, nonce, next, idleDeadline }) {
      const { rowCount } = await pool.query({ ...advance, values: [id, generation, nonce, next, idleDeadline] })
      return rowCount === 1
    },
  }
}
