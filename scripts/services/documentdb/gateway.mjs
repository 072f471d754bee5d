// @ts-check
import { createServer } from 'node:net'
import pg from 'pg'
import { bodyOf, commands } from './commands.mjs'
import { namedError } from './errors.mjs'
import { Transactions } from './sessions.mjs'
import { parse, reply, split } from './wire.mjs'

/** @typedef {import('./wire.mjs').Document} Document */

/**
 * Lets MongoDB's driver speak to DocumentDB, a MongoDB-compatible engine inside PostgreSQL, which Debian packages without its own
 * gateway. For tests: it knows no users, and it says nothing of MongoDB's failover, retry labels or read concern.
 */
export class DocumentDbGateway {
  #port
  #pool
  #transactions
  /** @type {Map<string, string>} continuations by cursor id */
  #cursors = new Map()
  /** @type {Set<import('node:net').Socket>} */
  #sockets = new Set()
  #server = createServer((socket) => this.#accept(socket))

  /** @param {{ port: number, postgres: string }} options */
  constructor({ port, postgres }) {
    this.#port = port
    this.#pool = new pg.Pool({ connectionString: postgres, max: 50 })
    // A connection that ends while nobody uses it is replaced.
    this.#pool.on('error', () => {})
    this.#transactions = new Transactions(this.#pool)
  }

  /** @returns {Promise<void>} */
  open() {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject).listen(this.#port, '127.0.0.1', resolve)
    })
  }

  /** Ends every connection at once, as the end of a server does. */
  async close() {
    const closed = new Promise((resolve) => this.#server.close(resolve))
    for (const socket of this.#sockets) socket.destroy()
    await Promise.all([closed, this.#pool.end()])
  }

  /** @param {import('node:net').Socket} socket */
  #accept(socket) {
    this.#sockets.add(socket)
    socket.setNoDelay(true)
    socket.on('error', () => {})
    socket.on('close', () => this.#sockets.delete(socket))
    let received = Buffer.alloc(0)
    let turn = Promise.resolve()
    socket.on('data', (bytes) => {
      const { messages, rest } = split(Buffer.concat([received, bytes]))
      received = Buffer.from(rest)
      for (const message of messages) {
        // Without PostgreSQL there is no answer, as of a MongoDB that is unavailable.
        turn = turn.then(() => this.#serve(socket, message)).catch(() => void socket.destroy())
      }
    })
  }

  /** @param {import('node:net').Socket} socket @param {Buffer} message */
  async #serve(socket, message) {
    const request = parse(message)
    const answer = await this.#run(request.command)
    if (request.wantsReply) socket.write(reply(request, answer))
  }

  /** @param {Document} command @returns {Promise<Document>} */
  async #run(command) {
    const [verb = ''] = Object.keys(command)
    const name = verb.toLowerCase()
    if (name === 'hello' || name === 'ismaster') return hello()
    if (name === 'ping') return { ok: 1 }
    if (name === 'buildinfo') return this.#about()
    if (name === 'getcmdlineopts') return this.#options()
    if (name === 'endsessions') {
      await this.#transactions.abandon(/** @type {unknown[]} */ (command.endSessions))
      return { ok: 1 }
    }
    const run = commands[name]
    const ends = name === 'committransaction' || name === 'aborttransaction'
    if (!run && !ends) return { ok: 0, ...namedError('CommandNotFound', `no such command: ${verb}`) }
    return this.#transactions.run(name, command, async (row) => {
      const call = { database: String(command.$db), body: bodyOf(command), row, cursors: this.#cursors }
      return run ? run(call) : { ok: 1 }
    })
  }

  async #about() {
    const { rows } = await this.#pool.query('SELECT documentdb_api.binary_version() AS version')
    return { version: '7.0.0', versionArray: [7, 0, 0, 0], documentdb: rows[0].version, ok: 1 }
  }

  async #options() {
    const { rows } = await this.#pool.query("SELECT current_setting('data_directory') AS folder")
    return { argv: [], parsed: { storage: { dbPath: rows[0].folder } }, ok: 1 }
  }
}

/** As a router of a cluster: the driver then takes it for one that has transactions, with no replica set to look for. */
function hello() {
  return {
    isWritablePrimary: true,
    ismaster: true,
    helloOk: true,
    msg: 'isdbgrid',
    maxBsonObjectSize: 16_777_216,
    maxMessageSizeBytes: 48_000_000,
    maxWriteBatchSize: 25_000,
    localTime: new Date(),
    logicalSessionTimeoutMinutes: 30,
    minWireVersion: 0,
    maxWireVersion: 21,
    readOnly: false,
    ok: 1,
  }
}
