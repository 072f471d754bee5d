import { formatSessionEvent, type RevocationEntry, type RevokedSession, type SessionEnded } from '@sessionward/protocol'
import { AnswerError } from '../answer-error.js'
import type { IdleTime } from '../idle-time.js'
import type { Owner } from '../store/store.js'
import type { RevocationFeed } from './feed.js'
import { LiveStream } from './live-stream.js'
import { StreamLimit, streamRetryAfter } from './stream-limit.js'

/** `expiresIn`: seconds until the next deadline, which a refresh may extend. */
export type SessionState = { readonly ended: Omit<SessionEnded, 'type' | 'sid'> } | { readonly expiresIn: number }

export interface LiveStreamsParts {
  readonly feed: Pick<RevocationFeed, 'subscribe'>
  readonly idleTime: Pick<IdleTime, 'reset'>
  /** Reads the state of a session from the store. */
  readonly stateOf: (sid: string) => Promise<SessionState>
  /** Maximum number of open streams of one node. Default 20000. */
  readonly maxStreams?: number
}

/** Seconds. Proxies close connections that are silent for 30 seconds, mobile networks later. */
const heartbeatInterval = 20

const defaultMaxStreams = 20_000

/** A browser needs one. Beyond the maximum the oldest stream is closed, because a reload may have left it behind. */
const maxPerSession = 4

/** More than the number of browsers that a person uses; one account must not use up the node's streams. */
const maxPerAccount = 100

const heartbeatEvent = new TextEncoder().encode(formatSessionEvent({ type: 'alive', heartbeat: heartbeatInterval }))

/**
 * Notifies the connected browsers of this node when their session ends. All share one subscription to the revocation feed, so
 * that a waiting browser costs no more than its connection.
 */
export class LiveStreams {
  readonly #parts: LiveStreamsParts
  /** The time of the next heartbeat of each stream, in ascending order. */
  readonly #nextHeartbeats = new Map<LiveStream, number>()
  readonly #bySession = new Map<string, readonly LiveStream[]>()
  readonly #perAccount = new StreamLimit(maxPerAccount, 'this account has too many event streams open')
  #stop: (() => void) | undefined

  constructor(parts: LiveStreamsParts) {
    this.#parts = parts
  }

  get size(): number {
    return this.#nextHeartbeats.size
  }

  /**
   * Opens an event stream for a session. If the session has ended, the stream says so and closes.
   *
   * @throws AnswerError `service_unavailable` if this node has reached its maximum, `too_many_requests` if the account has;
   * StoreUnavailableError.
   */
  async open(sid: string, { tenant, subject }: Owner): Promise<LiveStream> {
    if (this.size >= (this.#parts.maxStreams ?? defaultMaxStreams)) {
      throw new AnswerError('service_unavailable', 'this node has no room for another event stream', {
        retryAfter: streamRetryAfter,
      })
    }
    // Subscribes before the store is read, so that no later end is missed.
    const stream = this.#add(sid, JSON.stringify([tenant, subject]))
    stream.send(heartbeatEvent)
    try {
      await this.#check(stream)
      return stream
    } catch (error) {
      stream.close()
      throw error
    }
  }

  #add(sid: string, account: string): LiveStream {
    if (this.#streamsOf(sid).length >= maxPerSession) this.#streamsOf(sid)[0]?.close()
    const release = this.#perAccount.acquire(account)
    const stream = new LiveStream(sid, (closed) => {
      release()
      this.#delete(closed)
    })
    this.#bySession.set(sid, [...this.#streamsOf(sid), stream])
    this.#nextHeartbeats.set(stream, performance.now() + heartbeatInterval * 1000)
    this.#start()
    return stream
  }

  #delete(stream: LiveStream): void {
    this.#nextHeartbeats.delete(stream)
    const others = this.#streamsOf(stream.sid).filter((other) => other !== stream)
    if (others.length > 0) this.#bySession.set(stream.sid, others)
    else this.#bySession.delete(stream.sid)
    if (this.size > 0) return
    this.#stop?.()
    this.#stop = undefined
  }

  #start(): void {
    if (this.#stop) return
    const timer = setInterval(() => this.#sendHeartbeats(), 1000).unref()
    const closeAll = () => {
      for (const stream of [...this.#nextHeartbeats.keys()]) stream.close()
    }
    let unsubscribe = () => {}
    this.#stop = () => {
      clearInterval(timer)
      unsubscribe()
    }
    unsubscribe = this.#parts.feed.subscribe(({ entries }) => this.#receive(entries), undefined, closeAll)
  }

  /** Only the streams that are due: writing to thousands at once would delay other requests. */
  #sendHeartbeats(): void {
    // A connected browser counts as activity, so that the feed does not slow down.
    this.#parts.idleTime.reset()
    const now = performance.now()
    for (const [stream, due] of this.#nextHeartbeats) {
      if (due > now) return
      this.#nextHeartbeats.delete(stream)
      this.#nextHeartbeats.set(stream, now + heartbeatInterval * 1000)
      if (stream.checkAt <= now) this.#check(stream).catch(() => {})
      stream.send(heartbeatEvent)
    }
  }

  #receive(entries: readonly RevocationEntry[]): void {
    for (const entry of entries) {
      if ('sid' in entry) void this.#notify(entry)
    }
  }

  async #notify(entry: RevokedSession): Promise<void> {
    if (this.#streamsOf(entry.sid).length === 0) return
    const over = (entry.reason === 'session_replaced' && (await this.#detailsOf(entry.sid))) || { reason: entry.reason }
    for (const stream of this.#streamsOf(entry.sid)) stream.end(over)
  }

  /** Only the store knows which sign-in replaced a session. */
  async #detailsOf(sid: string): Promise<Omit<SessionEnded, 'type' | 'sid'> | undefined> {
    const state = await this.#parts.stateOf(sid).catch(() => undefined)
    return state && 'ended' in state ? state.ended : undefined
  }

  /** Oldest first. */
  #streamsOf(sid: string): readonly LiveStream[] {
    return this.#bySession.get(sid) ?? []
  }

  async #check(stream: LiveStream): Promise<void> {
    // No second check while this one is pending, nor soon after it has failed.
    stream.checkAt = Number.POSITIVE_INFINITY
    const state = await this.#parts.stateOf(stream.sid)
    if ('ended' in state) stream.end(state.ended)
    else stream.checkAt = performance.now() + state.expiresIn * 1000
  }
}
