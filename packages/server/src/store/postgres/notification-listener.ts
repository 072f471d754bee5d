import { randomUUID } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'
import { withTimeout } from '../driver/with-timeout.js'
import type { PostgresPool } from './client.js'
import { connectionOf, rejectOnAbort } from './connection.js'
import { statementOf } from './database.js'
import { readProbe } from './payload.js'
import { quoted } from './tables.js'

export interface NotificationListenerOptions {
  readonly pool: PostgresPool
  /** Seconds to wait for an answer. */
  readonly timeout: number
  /** What to listen to. */
  channel(): Promise<string>
  /** Sends a probe to the channel, by another connection. */
  probe(id: string): Promise<void>
  receive(payload: string): void
  /** Called at each change of whether announcements arrive. */
  changed(arriving: boolean): void
}

/** Seconds. */
export interface ListenerTimings {
  /** Within which a probe must arrive. */
  readonly probeTimeout: number
  /** Between two probes. */
  readonly probeInterval: number
  /** Before the first retry. Doubles with each failure. */
  readonly firstRetryDelay: number
  /** The longest delay before a retry. */
  readonly maxRetryDelay: number
}

const defaultTimings: ListenerTimings = { probeTimeout: 3, probeInterval: 20, firstRetryDelay: 0.1, maxRetryDelay: 30 }

/**
 * A connection that listens, and is replaced when it ends.
 *
 * A pooler in transaction mode accepts LISTEN, but no notification ever arrives. A probe of the store's own must therefore
 * arrive before the connection counts as live, and again every 20 seconds, because a connection can die silently.
 */
export class NotificationListener {
  readonly #parts: NotificationListenerOptions
  readonly #timings: ListenerTimings
  readonly #probes = new Map<string, () => void>()
  #arriving = false
  /** Stops the listener; undefined while it is not running. */
  #stop: AbortController | undefined
  #running: Promise<void> = Promise.resolve()

  constructor(parts: NotificationListenerOptions, timings: ListenerTimings = defaultTimings) {
    this.#parts = parts
    this.#timings = timings
  }

  get arriving(): boolean {
    return this.#arriving
  }

  open(): void {
    if (this.#stop) return
    const stop = new AbortController()
    this.#stop = stop
    const before = this.#running
    this.#running = before.then(() => this.#run(stop.signal))
  }

  /** Resolves when the connection is released. */
  close(): Promise<void> {
    this.#stop?.abort()
    this.#stop = undefined
    this.#setArriving(false)
    return this.#running
  }

  async #run(stopped: AbortSignal): Promise<void> {
    const { firstRetryDelay, maxRetryDelay } = this.#timings
    let delay = firstRetryDelay
    while (!stopped.aborted) {
      await this.#listen(stopped, () => {
        delay = firstRetryDelay
      }).catch(() => {})
      this.#setArriving(false)
      await sleep(delay * (0.5 + Math.random() / 2), stopped)
      delay = Math.min(delay * 2, maxRetryDelay)
    }
  }

  /** Resolves or rejects when the connection has ended. */
  async #listen(stopped: AbortSignal, onListening: () => void): Promise<void> {
    const { pool, timeout } = this.#parts
    const channel = await rejectOnAbort(stopped, this.#parts.channel())
    const connection = await connectionOf(pool, timeout, stopped)
    const broken = new AbortController()
    connection.on('error', () => broken.abort())
    connection.on('end', () => broken.abort())
    const ended = AbortSignal.any([stopped, broken.signal])
    try {
      connection.on('notification', (message) => {
        if (message.channel === channel) this.#receive(message.payload ?? '')
      })
      await connection.query(statementOf(`LISTEN ${quoted(channel)}`, [], timeout, false))
      while (!ended.aborted) {
        await rejectOnAbort(ended, this.#probe())
        if (ended.aborted) break
        onListening()
        this.#setArriving(true)
        await sleep(this.#timings.probeInterval, ended)
      }
    } finally {
      connection.release(true)
    }
  }

  async #probe(): Promise<void> {
    const id = randomUUID()
    const arrived = new Promise<void>((resolve) => this.#probes.set(id, resolve))
    try {
      await withTimeout(this.#timings.probeTimeout, 'PostgreSQL', Promise.all([this.#parts.probe(id), arrived]))
    } finally {
      this.#probes.delete(id)
    }
  }

  #receive(payload: string): void {
    const probe = readProbe(payload)
    if (probe === undefined) this.#parts.receive(payload)
    else this.#probes.get(probe)?.()
  }

  #setArriving(arriving: boolean): void {
    if (this.#arriving === arriving) return
    this.#arriving = arriving
    this.#parts.changed(arriving)
  }
}

/** Waits until `seconds` have passed or the signal aborts. Does not keep the process alive. */
async function sleep(seconds: number, signal: AbortSignal): Promise<void> {
  await setTimeout(seconds * 1000, undefined, { signal, ref: false }).catch(() => {})
}
