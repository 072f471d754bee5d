// @ts-check
import { spawn } from 'node:child_process'
import { chownSync, closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, realpathSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Janitor } from './janitor.mjs'

/** A server that has not answered by then will not, even on a busy machine. */
const startsWithin = 90
const endsWithin = 10

/**
 * @typedef {object} Launch
 * @property {readonly string[]} command
 * @property {import('./executables.mjs').Account} [account]
 * @property {NodeJS.Signals} signal ends it at once and in order, clients or not
 * @property {() => Promise<import('./service.mjs').Front>} [front] opens what speaks for it
 * @property {() => Promise<void>} answers rejects until it answers, and if it is another that does
 */

/** A server of our own: a process, a port, and a folder that goes with it. */
export class ServerProcess {
  /** @type {import('node:child_process').ChildProcess | undefined} */
  #child
  /** @type {import('./service.mjs').Front | undefined} */
  #front
  /** @type {Promise<void>} */
  #exited = Promise.resolve()
  #launch
  #place

  /** @param {Place} place @param {Launch} launch */
  constructor(place, launch) {
    this.#place = place
    this.#launch = launch
  }

  /** Process id of the server, undefined while it is down. */
  get pid() {
    return this.#child?.pid
  }

  /** With its data and its log. */
  get folder() {
    return this.#place.hostFolder
  }

  /** Starts it, and resolves when it answers. On the same port and data every time. */
  async up() {
    const deadline = Date.now() + startsWithin * 1000
    this.#spawn()
    for (;;) {
      const answer = await this.#answer().catch((/** @type {Error} */ error) => error)
      if (!answer) return
      if (this.#child === undefined) {
        // What is left of a PostgreSQL that was killed may hold its memory for another moment.
        if (!/still in use/.test(this.#place.log()) || Date.now() > deadline) throw this.#failure('ended', answer)
        this.#spawn()
      }
      if (Date.now() > deadline) throw this.#failure(`did not answer within ${startsWithin} s`, answer)
      await sleep(25)
    }
  }

  /**
   * Ends the process and keeps its port and data for `up`.
   *
   * @param {NodeJS.Signals} signal default: in order; SIGKILL for a crash
   */
  async down(signal = this.#launch.signal) {
    await this.#front?.close()
    this.#front = undefined
    this.#child?.ref()
    this.#child?.kill(signal)
    // A test may have stopped it, and what is stopped takes no other signal.
    const late = setTimeout(() => this.#child?.kill('SIGKILL'), endsWithin * 1000)
    await this.#exited
    clearTimeout(late)
  }

  async restart() {
    await this.down()
    await this.up()
  }

  /** Ends it for good. */
  async stop() {
    await this.down()
    await this.#place.remove()
  }

  async #answer() {
    this.#front ??= await this.#launch.front?.()
    await this.#launch.answers()
  }

  #spawn() {
    const [command = '', ...args] = this.#place.janitor.watched(this.#launch.command)
    const log = openSync(this.#place.logFile, 'a')
    const child = spawn(command, args, {
      ...this.#launch.account,
      cwd: this.#place.hostFolder,
      // A session of its own: Ctrl+C in the terminal is this process's business, which then ends the server.
      detached: true,
      stdio: ['ignore', log, log],
    })
    closeSync(log)
    child.unref()
    this.#child = child
    this.#exited = new Promise((resolve) => {
      const gone = () => {
        this.#child = undefined
        this.#place.janitor.forget()
        resolve()
      }
      child.once('exit', gone)
      child.once('error', gone)
    })
  }

  /** @param {string} what @param {Error} last */
  #failure(what, last) {
    return new Error(
      `${this.#launch.command[0]} ${what} (${last.message}). The end of its log:\n${this.#place.log().slice(-2000)}`,
    )
  }
}

/** A free port, one for what stands behind it, and a new folder that the janitor removes. */
export class Place {
  /**
   * @param {string} root
   * @param {string} folder
   * @param {{ port: number, innerPort: number, signal: NodeJS.Signals }} server
   */
  constructor(root, folder, { port, innerPort, signal }) {
    this.port = port
    this.innerPort = innerPort
    // As the server sees them, whose root may be another.
    this.folder = folder
    this.data = join(folder, 'data')
    this.hostFolder = join(root, folder)
    this.logFile = join(this.hostFolder, 'log')
    this.janitor = new Janitor(this.hostFolder, signal)
  }

  /**
   * @param {NodeJS.Signals} signal that ends the server
   * @param {import('./executables.mjs').Account} [account] whose it is
   * @param {string} [root] of the server's file system
   */
  static async make(signal, account, root = '/') {
    // The real path: a server says where its data is, and on macOS the folder for temporary files is a link.
    const parent = root === '/' ? realpathSync(tmpdir()) : join(root, 'tmp')
    const folder = mkdtempSync(join(parent, 'sessionward-'))
    const data = join(folder, 'data')
    mkdirSync(data, { mode: 0o700 })
    if (account) for (const path of [folder, data]) chownSync(path, account.uid, account.gid)
    const [port, innerPort] = [await freePort(), await freePort()]
    return new Place(root, join('/', relative(root, folder)), { port, innerPort, signal })
  }

  /** What the server wrote. */
  log() {
    try {
      return readFileSync(this.logFile, 'utf8')
    } catch {
      return ''
    }
  }

  remove() {
    return this.janitor.finish()
  }
}

/** @returns {Promise<number>} */
export async function freePort() {
  const server = createServer()
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}
