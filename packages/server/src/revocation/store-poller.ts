import { type RevocationCursor, revocationHeartbeat } from '@sessionward/protocol'
import type { IdleTime } from '../idle-time.js'
import type { DeliveredEntries } from './delivered-entries.js'
import { PollSchedule, pollInterval } from './poll-schedule.js'
import type { StoreReader } from './store-reader.js'
import type { Subscribers } from './subscribers.js'

export interface StorePollerParts {
  readonly reader: StoreReader
  readonly subscribers: Subscribers
  readonly delivered: DeliveredEntries
  readonly idleTime: IdleTime
  /** Seconds without a request after which the node counts as idle. */
  readonly idleAfter: number
}

/**
 * Polls the store for entries of other nodes and delivers them. It also sends the heartbeat, which therefore stops while the store
 * is unavailable, so that guards notice a stale feed.
 */
export class StorePoller {
  readonly #parts: StorePollerParts
  readonly #schedule = new PollSchedule()
  #timer: NodeJS.Timeout | undefined
  #cursor: RevocationCursor | undefined
  /** When the cursor was read, on the process's monotonic clock. */
  #readAt = 0
  #polling: Promise<void> | undefined
  #resuming: Promise<void> | undefined
  relayLive = false

  constructor(parts: StorePollerParts) {
    this.#parts = parts
  }

  /** The position up to which the store has been read; undefined before the first read. */
  get cursor(): RevocationCursor | undefined {
    return this.#cursor
  }

  /**
   * The cursor of a message that is sent now. Its watermark is the estimated time on the store's clock, from which guards compute
   * the offset of theirs. It is at most the overlap ahead of the last read, so that reading on from it misses nothing.
   */
  get currentCursor(): RevocationCursor | undefined {
    const ahead = Math.min(this.#elapsed(), 2 * revocationHeartbeat * 1000)
    return this.#cursor && { ...this.#cursor, watermark: this.#cursor.watermark + Math.round(ahead) }
  }

  /** The time on the store's clock in milliseconds, estimated from the last read. */
  get storeTime(): number {
    return (this.#cursor?.watermark ?? 0) + this.#elapsed()
  }

  start(): void {
    this.#timer ??= setInterval(() => this.#tick(), pollInterval).unref()
  }

  stop(): void {
    clearInterval(this.#timer)
    this.#timer = this.#cursor = undefined
    this.relayLive = false
    this.#schedule.resume()
    this.#parts.delivered.clear()
  }

  advance({ epoch, watermark }: RevocationCursor): void {
    this.#cursor = { epoch, watermark }
    this.#readAt = performance.now()
  }

  pollAtNextTick(): void {
    this.#schedule.pollAtNextTick()
  }

  /** One poll at a time: a call during a poll returns that one. */
  poll(): Promise<void> {
    this.#polling ??= this.#poll().finally(() => {
      this.#polling = undefined
    })
    return this.#polling
  }

  /** Ends a pause. @returns the poll that catches up, if one is running. */
  resume(): Promise<void> | undefined {
    if (this.#schedule.resume()) {
      this.#resuming = this.poll().finally(() => {
        this.#resuming = undefined
      })
    }
    return this.#resuming
  }

  #tick(): void {
    const { idleTime, idleAfter, subscribers } = this.#parts
    const idle = idleTime.seconds() > idleAfter
    if (this.#schedule.tick({ relayLive: this.relayLive, idle, isNeeded: !subscribers.onlyWhileActive }))
      void this.poll()
  }

  async #poll(): Promise<void> {
    // Without a cursor there is nothing to catch up with: each subscriber reads its own first message.
    if (!this.#cursor) return
    const { reader, subscribers, delivered } = this.#parts
    this.#schedule.polled()
    try {
      const message = await reader.since(this.#cursor)
      this.advance(message)
      if (message.snapshot) delivered.clear()
      const entries = delivered.add(message.entries)
      if (entries.length > 0 || message.snapshot || this.#schedule.heartbeatDue) {
        this.#schedule.heartbeatSent()
        subscribers.broadcast({ ...message, entries })
      }
      delivered.deleteExpired(message.watermark)
    } catch {
      // Without messages, guards treat the feed as stale, as configured.
    }
  }

  #elapsed(): number {
    return performance.now() - this.#readAt
  }
}
