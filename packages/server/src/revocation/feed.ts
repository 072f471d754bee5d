import {
  type RevocationCursor,
  type RevocationEntry,
  type RevocationMessage,
  revocationHeartbeat,
  revocationOverlap,
} from '@sessionward/protocol'
import type { IdleTime } from '../idle-time.js'
import type { Relay, SessionStore } from '../store/store.js'

type Receive = (message: RevocationMessage) => void

/** What guards read to learn which sessions have ended, in this process and over HTTP. */
export interface RevocationFeed {
  /**
   * What was written since the cursor, less the overlap, and at the first reading in a minute of the store's clock all that
   * still counts; a snapshot where there is no cursor, or one of another epoch.
   */
  read(cursor?: RevocationCursor): Promise<RevocationMessage>
  /**
   * First what `read` answers, then each entry as it is written, on this node or another, and a message every 5 seconds at
   * least.
   *
   * @param ended Called when nothing will come any more, because the auth server closes.
   * @returns what ends the subscription.
   */
  subscribe(receive: Receive, cursor?: RevocationCursor, ended?: () => void): () => void
  /** For the guard of this node's own routes: it follows the store only while the node has something to do. */
  readonly whileActive: Pick<RevocationFeed, 'subscribe'>
  /** Resolves when what was written while nobody looked has been read. Called at the first request after a pause. */
  awake(): Promise<void> | undefined
  /** Hands entries that were just committed to every subscriber of this process, and tells the other nodes. */
  publish(entries: readonly RevocationEntry[]): void
  close(): void
}

export interface RevocationFeedParts {
  readonly sessions: Pick<SessionStore, 'revokedSince'>
  /** How nodes tell each other; without it each looks for itself. */
  readonly relay: Relay | undefined
  readonly idleTime: IdleTime
  /** Seconds that an access token may be alive, and an entry counts: after as many without a request none is known here. */
  readonly idleAfter: number
}

interface Subscriber {
  readonly receive: Receive
  readonly ended: (() => void) | undefined
  readonly onlyWhileActive: boolean
  /** Entries that arrived before the first message could be read; null once it has been delivered. */
  early: RevocationEntry[] | null
}

/** Milliseconds between two looks at the store, where no relay tells what other nodes wrote. */
const lookInterval = 500

const looksPerHeartbeat = (revocationHeartbeat * 1000) / lookInterval

export function createRevocationFeed({ sessions, relay, idleTime, idleAfter }: RevocationFeedParts): RevocationFeed {
  const subscribers = new Set<Subscriber>()
  /**
   * What every subscriber has been told, by what it is about, so that the overlap is not sent again and again. Only what this
   * node wrote or read in the store: whoever may announce could keep guards from hearing of a sign-out otherwise.
   */
  const told = new Map<string, RevocationEntry>()
  let latest: RevocationCursor | undefined
  /** When `latest` was read, on this process's own clock. */
  let latestAt = 0
  /** Of the store, as it was read last. */
  let history: string | undefined
  let timer: NodeJS.Timeout | undefined
  let stopListening: (() => void) | undefined
  let relayed = false
  let looking: Promise<void> | undefined
  let waking: Promise<void> | undefined
  let sinceLook = 0
  let sinceMessage = 0
  let asleep = false
  let closed = false

  async function snapshot(): Promise<RevocationMessage> {
    const { epoch, now, entries } = await sessions.revokedSince(null)
    history = epoch
    return { version: 1, epoch, watermark: now, snapshot: true, entries }
  }

  /** What was written since so many seconds before the cursor. */
  async function readBehind(cursor: RevocationCursor, seconds: number): Promise<RevocationMessage> {
    const { epoch, now, entries } = await sessions.revokedSince(cursor.watermark - seconds * 1000)
    // A cursor of another epoch, or one from the future of a store that was restored, counts for nothing.
    if (cursor.epoch !== epoch || cursor.watermark > now) return snapshot()
    return { version: 1, epoch, watermark: now, snapshot: false, entries }
  }

  /** All that still counts: what was written before that has expired. By the time of writing, for which stores have an index. */
  function readAll(cursor: RevocationCursor): Promise<RevocationMessage> {
    return readBehind(cursor, idleAfter + revocationOverlap)
  }

  async function read(cursor?: RevocationCursor): Promise<RevocationMessage> {
    if (!cursor) return snapshot()
    const message = await readBehind(cursor, revocationOverlap)
    // Where a database waits for its standby, a commit may become visible minutes after it was written.
    const due = !message.snapshot && minuteOf(cursor) !== minuteOf(message)
    return due ? readAll(cursor) : message
  }

  function tick(): void {
    sinceLook++
    sinceMessage++
    const idle = idleTime.seconds() > idleAfter
    asleep = idle && [...subscribers].every((subscriber) => subscriber.onlyWhileActive)
    if (asleep) return
    if (sinceLook >= (relayed || idle ? looksPerHeartbeat : 1)) void look()
  }

  function look(): Promise<void> {
    looking ??= lookOnce().finally(() => {
      looking = undefined
    })
    return looking
  }

  /** Finds what other nodes wrote. It is the heartbeat too, which is missing when the store is away. */
  async function lookOnce(): Promise<void> {
    // Nobody has begun yet: what they are told first is read for them.
    if (!latest) return
    sinceLook = 0
    try {
      const message = await read(latest)
      reached(message)
      if (message.snapshot) told.clear()
      const entries = untold(message.entries)
      if (entries.length > 0 || message.snapshot || sinceMessage >= looksPerHeartbeat)
        broadcast({ ...message, entries })
      for (const [key, { expires }] of told) if (expires * 1000 <= message.watermark) told.delete(key)
    } catch {
      // No message: guards see that the feed has gone stale and do what they were told to do then.
    }
  }

  function reached({ epoch, watermark }: RevocationCursor): void {
    latest = { epoch, watermark }
    latestAt = performance.now()
    history = epoch
  }

  function untold(entries: readonly RevocationEntry[]): RevocationEntry[] {
    const fresh = entries.filter((entry) => !covers(told.get(keyOf(entry)), entry))
    for (const entry of fresh) told.set(keyOf(entry), entry)
    return fresh
  }

  function broadcast(message: RevocationMessage): void {
    sinceMessage = 0
    for (const subscriber of subscribers) {
      if (subscriber.early) subscriber.early.push(...message.entries)
      else deliver(subscriber, message)
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
        // All of it: what became visible late the others may have been told already.
        const first = await (cursor ? readAll(cursor) : snapshot())
        if (!subscribers.has(subscriber)) return
        if (!latest) reached(first)
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

  function spread(entries: readonly RevocationEntry[]): void {
    if (entries.length === 0) return
    for (const subscriber of subscribers) {
      if (subscriber.early) subscriber.early.push(...entries)
      else if (latest) deliver(subscriber, { version: 1, ...latest, snapshot: false, entries })
    }
  }

  /** What another node has just written, if it is to be believed. The store has it too, and the next look tells it again. */
  function hear(entries: readonly RevocationEntry[], epoch: string): void {
    if (!latest) {
      // Whose it is cannot be told yet. The first look comes without delay.
      sinceLook = looksPerHeartbeat
      return
    }
    // Another store's, which has the same relay.
    if (epoch !== latest.epoch) return
    // The watermark stands still while the store cannot be read, and then this is how the node hears of anything.
    const now = latest.watermark + performance.now() - latestAt
    const last = now / 1000 + idleAfter + revocationOverlap
    spread(entries.filter((entry) => entry.expires <= last && !covers(told.get(keyOf(entry)), entry)))
  }

  async function announce(entries: readonly RevocationEntry[]): Promise<void> {
    if (!relay || entries.length === 0) return
    try {
      await relay.announce(entries, latest?.epoch ?? history ?? (await snapshot()).epoch)
    } catch {
      // The others find it when they look.
    }
  }

  function begins(): void {
    timer ??= setInterval(tick, lookInterval).unref()
    stopListening ??= relay?.listen({
      receive: hear,
      live(arriving) {
        relayed = arriving
        if (!arriving) return
        // What was announced while nothing arrived is in the store; a look that is under way may have been too early.
        sinceLook = looksPerHeartbeat
        void look()
      },
    })
  }

  function ends(): void {
    clearInterval(timer)
    stopListening?.()
    timer = stopListening = latest = undefined
    relayed = asleep = false
    told.clear()
  }

  function add(
    given: Pick<Subscriber, 'receive' | 'ended' | 'onlyWhileActive'>,
    cursor?: RevocationCursor,
  ): () => void {
    if (closed) {
      given.ended?.()
      return () => {}
    }
    const subscriber: Subscriber = { ...given, early: [] }
    subscribers.add(subscriber)
    begins()
    void begin(subscriber, cursor)
    return () => {
      if (subscribers.delete(subscriber) && subscribers.size === 0) ends()
    }
  }

  return {
    read,
    subscribe: (receive, cursor, ended) => add({ receive, ended, onlyWhileActive: false }, cursor),
    whileActive: {
      subscribe: (receive, cursor, ended) => add({ receive, ended, onlyWhileActive: true }, cursor),
    },
    awake() {
      if (asleep) {
        asleep = false
        waking = look().finally(() => {
          waking = undefined
        })
      }
      return waking
    },
    publish(entries) {
      if (entries.length === 0) return
      const fresh = untold(entries)
      spread(fresh)
      void announce(fresh)
    },
    close() {
      closed = true
      const open = [...subscribers]
      subscribers.clear()
      ends()
      for (const { ended } of open) ended?.()
    },
  }
}

function keyOf(entry: RevocationEntry): string {
  return 'sid' in entry ? `sid ${entry.sid}` : `sub ${JSON.stringify([entry.tenant, entry.sub])}`
}

function minuteOf({ watermark }: RevocationCursor): number {
  return Math.floor(watermark / 60_000)
}

/** Whether who knows one entry learns nothing from the other. */
function covers(known: RevocationEntry | undefined, entry: RevocationEntry): boolean {
  if (!known || known.expires < entry.expires) return false
  return !('pv' in known && 'pv' in entry && known.pv < entry.pv)
}
