// @ts-check
import { mongoError, namedError } from './errors.mjs'

/** @typedef {import('./wire.mjs').Document} Document */
/** @typedef {import('./commands.mjs').FirstRow} FirstRow */
/** @typedef {import('pg').PoolClient} Client */

/** Transactions that are open: each holds a connection to PostgreSQL, as each of MongoDB's holds a snapshot. */
export class Transactions {
  /** @type {Map<string, Client>} by session and number */
  #open = new Map()
  #pool

  /** @param {import('pg').Pool} pool */
  constructor(pool) {
    this.#pool = pool
  }

  /**
   * Runs a command where it belongs: in its transaction, which it may begin or end, or by itself.
   *
   * @param {string} name in small letters
   * @param {Document} command
   * @param {(row: FirstRow) => Promise<Document>} work
   * @returns {Promise<Document>}
   */
  async run(name, command, work) {
    const key = keyOf(command)
    if (key === null) return work(rowsOf(this.#pool)).catch(refusal)
    const client = this.#open.get(key) ?? (command.startTransaction ? await this.#begin(key) : undefined)
    if (client === undefined) return transient({ ok: 0, ...namedError('NoSuchTransaction', 'no such transaction') })
    if (name === 'committransaction') return this.#end(key, 'COMMIT')
    if (name === 'aborttransaction') return this.#end(key, 'ROLLBACK')
    try {
      return await work(rowsOf(client))
    } catch (error) {
      // An error ends a transaction, in MongoDB as in PostgreSQL.
      const answer = refusal(error)
      await this.#end(key, 'ROLLBACK')
      return answer.code === 112 ? transient(answer) : answer
    }
  }

  /** Ends what sessions that are over left open. @param {readonly unknown[]} sessions */
  async abandon(sessions) {
    const ids = sessions.map((session) => idOf(session))
    const left = [...this.#open.keys()].filter((key) => ids.some((id) => key.startsWith(`${id}:`)))
    await Promise.all(left.map((key) => this.#end(key, 'ROLLBACK')))
  }

  /** @param {string} key */
  async #begin(key) {
    const client = await this.#pool.connect()
    // Without a listener the end of the connection would be the end of this process.
    client.on('error', () => {})
    this.#open.set(key, client)
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ')
    return client
  }

  /** @param {string} key @param {'COMMIT' | 'ROLLBACK'} how @returns {Promise<Document>} */
  async #end(key, how) {
    const client = this.#open.get(key)
    this.#open.delete(key)
    try {
      await client?.query(how)
      client?.release()
      return { ok: 1 }
    } catch (error) {
      client?.release(true)
      return transient(refusal(error))
    }
  }
}

/** @param {import('pg').Pool | Client} target @returns {FirstRow} */
function rowsOf(target) {
  return async (sql, parameters) => (await target.query(sql, parameters)).rows[0]
}

/** What PostgreSQL refused. Where PostgreSQL is unavailable the error goes on. @param {unknown} error @returns {Document} */
function refusal(error) {
  const { code, message, severity } = /** @type {import('pg').DatabaseError} */ (error)
  // Class 57: the server is being shut down, or starts.
  if (severity === undefined || code?.startsWith('57')) throw error
  return { ok: 0, ...mongoError(code ?? '', message) }
}

/** The driver may run the whole transaction again. @param {Document} answer @returns {Document} */
function transient(answer) {
  return { ...answer, errorLabels: ['TransientTransactionError'] }
}

/** @param {Document} command */
function keyOf({ lsid, txnNumber, autocommit }) {
  // Without `autocommit` the number is that of a write that may be sent twice.
  return lsid === undefined || txnNumber === undefined || autocommit === undefined ? null : `${idOf(lsid)}:${txnNumber}`
}

/** @param {unknown} session */
function idOf(session) {
  const { id } = /** @type {{ id: import('mongodb').Binary }} */ (session)
  return id.toString('hex')
}
