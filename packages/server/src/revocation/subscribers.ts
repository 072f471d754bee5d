import type { Logger, RevocationCursor, RevocationEntry, RevocationMessage } from '@sessionward/protocol'
import { describeError } from '../logger.js'

/** `answer`: the message says what the store has just said, so that its watermark is not late. */
export type Receive = (message: RevocationMessage, answer?: boolean) => void

export interface SubscriberOptions {
  readonly receive: Receive
  /** Called when nothing will come any more, because the auth server closes. */
  readonly onEnd: (() => void) | undefined
  /** Whether the subscriber needs messages only while the node has requests to answer. */
  readonly onlyWhileActive: boolean
}

export interface Subscriber extends SubscriberOptions {
  /** Entries that arrived before the first message; null once that has been delivered. */
  early: RevocationEntry[] | null
}

/** The readers of the feed in this process: guards, and event streams over HTTP. */
export class Subscribers {
  readonly #all = new Set<Subscriber>()
  readonly #logger: Logger

  constructor(logger: Logger) {
    this.#logger = logger
  }

  get isEmpty(): boolean {
    return this.#all.size === 0
  }

  /** Whether nobody needs a message while the node has nothing to do. */
  get onlyWhileActive(): boolean {
    return [...this.#all].every((subscriber) => subscriber.onlyWhileActive)
  }

  has(subscriber: Subscriber): boolean {
    return this.#all.has(subscriber)
  }

  add(options: SubscriberOptions): Subscriber {
    const subscriber: Subscriber = { ...options, early: [] }
    this.#all.add(subscriber)
    return subscriber
  }

  /** @returns whether it was still subscribed. */
  delete(subscriber: Subscriber): boolean {
    return this.#all.delete(subscriber)
  }

  /** Delivers a subscriber's first message, and then what arrived while it was being read. */
  begin(subscriber: Subscriber, first: RevocationMessage): void {
    const early = subscriber.early ?? []
    subscriber.early = null
    deliver(subscriber, first, true, this.#logger)
    // After a snapshot, because a reader drops what it held when it receives one.
    if (early.length > 0) deliver(subscriber, { ...first, snapshot: false, entries: early }, false, this.#logger)
  }

  /** Broadcasts what has just been read from the store. */
  broadcast(message: RevocationMessage, answer = true): void {
    for (const subscriber of this.#all) {
      if (subscriber.early) subscriber.early.push(...message.entries)
      else deliver(subscriber, message, answer, this.#logger)
    }
  }

  /** Broadcasts single entries. Without a cursor nothing has been read yet, and every subscriber waits for its first message. */
  broadcastEntries(entries: readonly RevocationEntry[], cursor: RevocationCursor | undefined): void {
    if (entries.length === 0) return
    this.broadcast({ version: 1, epoch: '', watermark: 0, ...cursor, snapshot: false, entries }, false)
  }

  /** Ends every subscription. */
  end(): void {
    const ended = [...this.#all]
    this.#all.clear()
    for (const { onEnd } of ended) onEnd?.()
  }
}

/** A reader that throws must not keep the others from their message, or fail the sign-out that caused it. */
function deliver({ receive }: Subscriber, message: RevocationMessage, answer: boolean, logger: Logger): void {
  try {
    receive(message, answer)
  } catch (error) {
    logger.warn(`a reader of the revocation feed threw: ${describeError(error)}`)
  }
}
