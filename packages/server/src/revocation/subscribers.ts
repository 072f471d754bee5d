import type { Logger, RevocationCursor, RevocationEntry, RevocationMessage } from '@sessionward/protocol'
import { describeError } from '../logger.js'

/** `answer`: the message has just been read from the store, so its watermark is exact. */
export type MessageListener = (message: RevocationMessage, answer?: boolean) => void

export interface SubscriberOptions {
  readonly receive: MessageListener
  /** Called when the auth server closes. */
  readonly onEnd: (() => void) | undefined
  /** Whether the subscriber needs messages only while the node receives requests. */
  readonly onlyWhileActive: boolean
}

export interface Subscriber extends SubscriberOptions {
  /** Entries that arrived before the first message; null after that has been delivered. */
  buffered: RevocationEntry[] | null
}

/** The subscribers of the feed in this process: guards, and event streams over HTTP. */
export class Subscribers {
  readonly #all = new Set<Subscriber>()
  readonly #logger: Logger

  constructor(logger: Logger) {
    this.#logger = logger
  }

  get isEmpty(): boolean {
    return this.#all.size === 0
  }

  /** Whether no subscriber needs messages while the node is idle. */
  get onlyWhileActive(): boolean {
    return [...this.#all].every((subscriber) => subscriber.onlyWhileActive)
  }

  has(subscriber: Subscriber): boolean {
    return this.#all.has(subscriber)
  }

  add(options: SubscriberOptions): Subscriber {
    const subscriber: Subscriber = { ...options, buffered: [] }
    this.#all.add(subscriber)
    return subscriber
  }

  /** @returns whether it was still subscribed. */
  delete(subscriber: Subscriber): boolean {
    return this.#all.delete(subscriber)
  }

  /** Delivers a subscriber's first message, then the entries that arrived while it was being read. */
  deliverFirst(subscriber: Subscriber, first: RevocationMessage): void {
    const early = subscriber.buffered ?? []
    subscriber.buffered = null
    deliver(subscriber, first, true, this.#logger)
    // After the first message, because a snapshot makes subscribers drop their entries.
    if (early.length > 0) deliver(subscriber, { ...first, snapshot: false, entries: early }, false, this.#logger)
  }

  /** Broadcasts a message that has just been read from the store. */
  broadcast(message: RevocationMessage, answer = true): void {
    for (const subscriber of this.#all) {
      if (subscriber.buffered) subscriber.buffered.push(...message.entries)
      else deliver(subscriber, message, answer, this.#logger)
    }
  }

  /** Broadcasts single entries. Without a cursor nothing has been read yet, so subscribers buffer them. */
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

/** A subscriber that throws must not prevent delivery to the others, or fail the sign-out that published the entry. */
function deliver({ receive }: Subscriber, message: RevocationMessage, answer: boolean, logger: Logger): void {
  try {
    receive(message, answer)
  } catch (error) {
    logger.warn(`a subscriber of the revocation feed threw: ${describeError(error)}`)
  }
}
