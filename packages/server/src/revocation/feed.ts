import type { Logger, RevocationCursor, RevocationEntry, RevocationMessage } from '@sessionward/protocol'
import type { IdleTime } from '../idle-time.js'
import type { Relay, SessionStore } from '../store/store.js'
import { DeliveredEntries } from './delivered-entries.js'
import { RelayLink } from './relay-link.js'
import { maxRetention } from './retention.js'
import { StorePoller } from './store-poller.js'
import { createStoreReader } from './store-reader.js'
import { type MessageListener, type Subscriber, type SubscriberOptions, Subscribers } from './subscribers.js'

/** Publishes revocations to guards in this process and over HTTP. */
export interface RevocationFeed {
  /**
   * Reads the entries written since the cursor, less the overlap. The first read in each minute of the store's clock returns every
   * entry that has not expired. Without a cursor, or with one of another epoch, it returns a snapshot.
   */
  read(cursor?: RevocationCursor): Promise<RevocationMessage>
  /**
   * Delivers every entry that has not expired, then each new entry of any node, and a message at least every 5 seconds.
   *
   * @param onEnd Called when the auth server closes.
   * @returns a function that ends the subscription.
   */
  subscribe(receive: MessageListener, cursor?: RevocationCursor, onEnd?: () => void): () => void
  /** For the guard of this node's own routes, which needs the feed only while the node receives requests. */
  readonly whileActive: Pick<RevocationFeed, 'subscribe'>
  /** Call it for each request. After a pause it returns a promise that resolves when the missed entries have been read. */
  resume(): Promise<void> | undefined
  /** Delivers committed entries to the subscribers in this process and announces them to the other nodes. */
  publish(entries: readonly RevocationEntry[]): void
  close(): void
}

export interface RevocationFeedParts {
  readonly sessions: Pick<SessionStore, 'revokedSince'>
  /** Announces entries between nodes. Without it each node polls the store. */
  readonly relay: Relay | undefined
  readonly idleTime: IdleTime
  /** Seconds without a request after which the node counts as idle: the access-token lifetime. */
  readonly idleAfter: number
  /** Default `console`. */
  readonly logger?: Logger
}

/** Milliseconds until a failed read of the first message is retried. */
const retryDelay = 1000

export function createRevocationFeed(parts: RevocationFeedParts): RevocationFeed {
  const { sessions, relay, idleTime, idleAfter, logger = console } = parts
  const reader = createStoreReader(sessions, maxRetention)
  const subscribers = new Subscribers(logger)
  const delivered = new DeliveredEntries()
  const poller = new StorePoller({ reader, subscribers, delivered, idleTime, idleAfter })
  const link = new RelayLink({ relay, reader, poller, subscribers, delivered, retention: maxRetention })
  let closed = false

  function stop(): void {
    link.stop()
    poller.stop()
  }

  async function deliverFirst(subscriber: Subscriber, cursor: RevocationCursor | undefined): Promise<void> {
    while (subscribers.has(subscriber)) {
      try {
        // All entries, because one that became visible late may already have been delivered to the other subscribers.
        const first = await (cursor ? reader.all(cursor) : reader.snapshot())
        if (!subscribers.has(subscriber)) return
        if (!poller.cursor) poller.advance(first)
        subscribers.deliverFirst(subscriber, first)
        return
      } catch {
        await new Promise((resolve) => setTimeout(resolve, retryDelay).unref())
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
    void deliverFirst(subscriber, cursor)
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
      const newEntries = delivered.add(entries)
      subscribers.broadcastEntries(newEntries, poller.currentCursor)
      void link.announce(newEntries)
    },
    close() {
      closed = true
      stop()
      subscribers.end()
    },
  }
}
