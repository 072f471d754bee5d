import type { Logger, RevocationCursor, RevocationEntry, RevocationMessage } from '@sessionward/protocol'
import type { IdleTime } from '../idle-time.js'
import type { Relay, SessionStore } from '../store/store.js'
import { DeliveredEntries } from './delivered-entries.js'
import { RelayLink } from './relay-link.js'
import { longestRetention } from './retention.js'
import { StorePoller } from './store-poller.js'
import { createStoreReader } from './store-reader.js'
import { type Receive, type Subscriber, type SubscriberOptions, Subscribers } from './subscribers.js'

/** What guards read to learn which sessions have ended, in this process and over HTTP. */
export interface RevocationFeed {
  /**
   * What was written since the cursor, less the overlap; every entry that still counts at the first reading in a minute of the
   * store's clock. A snapshot without a cursor, or with one of another epoch.
   */
  read(cursor?: RevocationCursor): Promise<RevocationMessage>
  /**
   * Delivers every entry that still counts, then each entry as it is written, on this node or another, and a message at least
   * every 5 seconds.
   *
   * @param onEnd Called when nothing will come any more, because the auth server closes.
   * @returns a function that ends the subscription.
   */
  subscribe(receive: Receive, cursor?: RevocationCursor, onEnd?: () => void): () => void
  /** For the guard of this node's own routes: it needs the feed only while the node has requests to answer. */
  readonly whileActive: Pick<RevocationFeed, 'subscribe'>
  /** Call it at each request. After a pause, it returns a promise that resolves when what was written meanwhile has been read. */
  resume(): Promise<void> | undefined
  /** Delivers entries that were just committed to every subscriber of this process, and announces them to the other nodes. */
  publish(entries: readonly RevocationEntry[]): void
  close(): void
}

export interface RevocationFeedParts {
  readonly sessions: Pick<SessionStore, 'revokedSince'>
  /** How nodes announce to each other what they wrote. Without it each polls the store. */
  readonly relay: Relay | undefined
  readonly idleTime: IdleTime
  /** Seconds that an access token lives: after as long without a request hardly one is known here. */
  readonly idleAfter: number
  /** Default `console`. */
  readonly logger?: Logger
}

/** Milliseconds until a first message that could not be read is tried again. */
const retryPause = 1000

export function createRevocationFeed(parts: RevocationFeedParts): RevocationFeed {
  const { sessions, relay, idleTime, idleAfter, logger = console } = parts
  const reader = createStoreReader(sessions, longestRetention)
  const subscribers = new Subscribers(logger)
  const delivered = new DeliveredEntries()
  const poller = new StorePoller({ reader, subscribers, delivered, idleTime, idleAfter })
  const link = new RelayLink({ relay, reader, poller, subscribers, delivered, keepFor: longestRetention })
  let closed = false

  function stop(): void {
    link.stop()
    poller.stop()
  }

  async function begin(subscriber: Subscriber, cursor: RevocationCursor | undefined): Promise<void> {
    while (subscribers.has(subscriber)) {
      try {
        // All of it, because what became visible late may already have been delivered to the others.
        const first = await (cursor ? reader.all(cursor) : reader.snapshot())
        if (!subscribers.has(subscriber)) return
        if (!poller.cursor) poller.advance(first)
        subscribers.begin(subscriber, first)
        return
      } catch {
        await new Promise((resolve) => setTimeout(resolve, retryPause).unref())
      }
    }
  }

  function subscribe(options: SubscriberOptions, cursor: RevocationCursor | undefined): () => void {
    if (closed) {
      options.onEnd?.()
      return () => {}
    }
    const subscriber = subscribers.add(options)
    poller.start()
    link.start()
    void begin(subscriber, cursor)
    return () => {
      if (subscribers.delete(subscriber) && subscribers.isEmpty) stop()
    }
  }

  return {
    read: reader.since,
    subscribe: (receive, cursor, onEnd) => subscribe({ receive, onEnd, onlyWhileActive: false }, cursor),
    whileActive: {
      subscribe: (receive, cursor, onEnd) => subscribe({ receive, onEnd, onlyWhileActive: true }, cursor),
    },
    resume: () => poller.resume(),
    publish(entries) {
      const fresh = delivered.add(entries)
      subscribers.broadcastEntries(fresh, poller.currentCursor)
      void link.announce(fresh)
    },
    close() {
      closed = true
      stop()
      subscribers.end()
    },
  }
}
