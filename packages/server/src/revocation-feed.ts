import {
  type RevocationCursor,
  type RevocationEntry,
  type RevocationMessage,
  revocationHeartbeat,
  revocationOverlap,
} from '@sessionward/protocol'
import type { SessionStore } from './store/store.js'

type Receive = (message: RevocationMessage) => void

/** What guards read to learn which sessions have ended, in this process and over HTTP. */
export interface RevocationFeed {
  /** Everything since the cursor, less the overlap; a snapshot where there is no cursor, or one of another epoch. */
  read(cursor?: RevocationCursor): Promise<RevocationMessage>
  /**
   * First what `read` answers, then each entry as it is written, and a message every 5 seconds at least.
   *
   * @param ended Called when nothing will come any more, because the auth server closes.
   * @returns what ends the subscription.
   */
  subscribe(receive: Receive, cursor?: RevocationCursor, ended?: () => void): () => void
  /** Hands entries that were just committed to every subscriber of this process. */
  publish(entries: readonly RevocationEntry[]): void
  close(): void
}

interface Subscriber {
  readonly receive: Receive
  readonly ended: (() => void) | undefined
  /** Entries that arrived before the first message could be read; null once it has been delivered. */
  early: RevocationEntry[] | null
}

export function createRevocationFeed(sessions: Pick<SessionStore, 'revokedSince'>): RevocationFeed {
  const subscribers = new Set<Subscriber>()
  let latest: RevocationCursor | undefined
  let timer: NodeJS.Timeout | undefined
  let closed = false

  async function read(cursor?: RevocationCursor): Promise<RevocationMessage> {
    const from = cursor ? cursor.watermark - revocationOverlap * 1000 : null
    const found = await sessions.revokedSince(from)
    // A cursor of another epoch, or one from the future of a store that was restored, counts for nothing.
    const foreign = cursor && (cursor.epoch !== found.epoch || cursor.watermark > found.now)
    const { epoch, now, entries } = foreign ? await sessions.revokedSince(null) : found
    return { version: 1, epoch, watermark: now, snapshot: !cursor || foreign === true, entries }
  }

  /** The heartbeat reads the store again, so it carries what other nodes wrote, and is missing when the store is away. */
  async function beat(): Promise<void> {
    try {
      const message = await read(latest)
      latest = { epoch: message.epoch, watermark: message.watermark }
      for (const subscriber of subscribers) if (!subscriber.early) deliver(subscriber, message)
    } catch {
      // No message: guards see that the feed has gone stale and do what they were told to do then.
    }
  }

  /** A reader that throws is its own trouble: neither the others nor the sign-out that they hear of may fail for it. */
  function deliver({ receive }: Subscriber, message: RevocationMessage): void {
    try {
      receive(message)
    } catch (error) {
      process.emitWarning(`a reader of the revocation feed threw: ${error instanceof Error ? error.message : error}`)
    }
  }

  async function begin(subscriber: Subscriber, cursor: RevocationCursor | undefined): Promise<void> {
    while (subscribers.has(subscriber)) {
      try {
        const first = await read(cursor)
        if (!subscribers.has(subscriber)) return
        latest ??= { epoch: first.epoch, watermark: first.watermark }
        const early = subscriber.early ?? []
        subscriber.early = null
        deliver(subscriber, first)
        // A snapshot lets a reader drop what it held, so what was written while it was being read comes after it.
        if (early.length > 0) deliver(subscriber, { ...first, snapshot: false, entries: early })
        return
      } catch {
        await new Promise((resolve) => setTimeout(resolve, 1000).unref())
      }
    }
  }

  return {
    read,
    subscribe(receive, cursor, ended) {
      if (closed) {
        ended?.()
        return () => {}
      }
      const subscriber: Subscriber = { receive, ended, early: [] }
      subscribers.add(subscriber)
      timer ??= setInterval(() => void beat(), revocationHeartbeat * 1000).unref()
      void begin(subscriber, cursor)
      return () => {
        subscribers.delete(subscriber)
        if (subscribers.size > 0) return
        clearInterval(timer)
        timer = undefined
      }
    },
    publish(entries) {
      if (entries.length === 0) return
      for (const subscriber of subscribers) {
        if (subscriber.early) subscriber.early.push(...entries)
        else if (latest) deliver(subscriber, { version: 1, ...latest, snapshot: false, entries })
      }
    },
    close() {
      closed = true
      const open = [...subscribers]
      subscribers.clear()
      for (const { ended } of open) ended?.()
      clearInterval(timer)
      timer = undefined
    },
  }
}
