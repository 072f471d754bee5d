import { formatSessionEvent, type RevocationEntry, type RevokedSession, type SessionEnded } from '@sessionward/protocol'
import { AnswerError } from '../answer-error.js'
import type { IdleTime } from '../idle-time.js'
import type { Owner } from '../store/store.js'
import type { RevocationFeed } from './feed.js'
import { LiveStream } from './live-stream.js'
import { StreamLimit, streamRetryAfter } from './stream-limit.js'

/** `lastsFor`: seconds until a deadline, which a refresh may move. */
export type SessionState = { readonly over: Omit<SessionEnded, 'type' | 'sid'> } | { readonly lastsFor: number }

export interface LiveStreamsParts {
  readonly feed: Pick<RevocationFeed, 'subscribe'>
  readonly idleTime: Pick<IdleTime, 'reset'>
  /** What the store says of a session. */
  readonly stateOf: (sid: string) => Promise<SessionState>
  /** Streams that one node keeps open. Default 20000. */
  readonly maximum?: number
}

/** Seconds. Proxies close what has been silent for 30, mobile networks later. */
const liveHeartbeat = 20

const defaultMaximum = 20_000

/** One browser needs one. What a reload leaves behind is closed for the next, instead of refusing it. */
const maximumPerSession = 4

/** More sessions with a stream than people have browsers: one account must not take the room of all others. */
const maximumPerAccount = 100

const alive = new TextEncoder().encode(formatSessionEvent({ type: 'alive', heartbeat: liveHeartbeat }))

/**
 * The browsers of this node that are told at once when their session ends. They all hear it from one subscription to the
 * revocation feed, so that a browser which waits costs no more than its connection.
 */
export class LiveStreams {
  readonly #parts: LiveStreamsParts
  /** Each with the time of its next heartbeat, in that order. */
  readonly #beats = new Map<LiveStream, number>()
  readonly #bySession = new Map<string, readonly LiveStream[]>()
  readonly #perAccount = new StreamLimit(maximumPerAccount, 'this account has too many event streams open')
  #stop: (() => void) | undefined

  constructor(parts: LiveStreamsParts) {
    this.#parts = parts
  }

  get size(): number {
    return this.#beats.size
  }

  /**
   * Opens the stream of a session. Of one that is over it says so, and closes.
   *
   * @throws AnswerError `service_unavailable` where this node has as many as it may, `too_many_requests` where the account has;
   * StoreUnavailableError.
   */
  async open(sid: string, { tenant, subject }: Owner): Promise<LiveStream> {
    if (this.size >= (this.#parts.maximum ?? defaultMaximum)) {
      throw new AnswerError('service_unavailable', 'this node has no room for another event stream', {
        retryAfter: streamRetryAfter,
      })
    }
    // Before the store is read: what is written after that reading comes through the feed.
    const stream = this.#add(sid, JSON.stringify([tenant, subject]))
    stream.send(alive)
    try {
      await this.#check(stream)
      return stream
    } catch (error) {
      stream.close()
      throw error
    }
  }

  #add(sid: string, account: string): LiveStream {
    if (this.#of(sid).length >= maximumPerSession) this.#of(sid)[0]?.close()
    const giveBack = this.#perAccount.take(account)
    const stream = new LiveStream(sid, (closed) => {
      giveBack()
      this.#delete(closed)
    })
    this.#bySession.set(sid, [...this.#of(sid), stream])
    this.#beats.set(stream, performance.now() + liveHeartbeat * 1000)
    this.#start()
    return stream
  }

  #delete(stream: LiveStream): void {
    this.#beats.delete(stream)
    const others = this.#of(stream.sid).filter((other) => other !== stream)
    if (others.length > 0) this.#bySession.set(stream.sid, others)
    else this.#bySession.delete(stream.sid)
    if (this.size > 0) return
    this.#stop?.()
    this.#stop = undefined
  }

  #start(): void {
    if (this.#stop) return
    const timer = setInterval(() => this.#beat(), 1000).unref()
    const closeAll = () => {
      for (const stream of [...this.#beats.keys()]) stream.close()
    }
    let unsubscribe = () => {}
    this.#stop = () => {
      clearInterval(timer)
      unsubscribe()
    }
    unsubscribe = this.#parts.feed.subscribe(({ entries }) => this.#receive(entries), undefined, closeAll)
  }

  /** A few at each tick: thousands of browsers at once would hold up other requests. */
  #beat(): void {
    // Whoever waits here uses this node, so that the feed does not slow down for it.
    this.#parts.idleTime.reset()
    const now = performance.now()
    for (const [stream, due] of this.#beats) {
      if (due > now) return
      this.#beats.delete(stream)
      this.#beats.set(stream, now + liveHeartbeat * 1000)
      if (stream.checkAt <= now) this.#check(stream).catch(() => {})
      stream.send(alive)
    }
  }

  #receive(entries: readonly RevocationEntry[]): void {
    for (const entry of entries) {
      if ('sid' in entry) void this.#tell(entry)
    }
  }

  async #tell(entry: RevokedSession): Promise<void> {
    if (this.#of(entry.sid).length === 0) return
    const over = (entry.reason === 'session_replaced' && (await this.#detailsOf(entry.sid))) || { reason: entry.reason }
    for (const stream of this.#of(entry.sid)) stream.end(over)
  }

  /** By which sign-in a session was replaced is in the store alone. */
  async #detailsOf(sid: string): Promise<Omit<SessionEnded, 'type' | 'sid'> | undefined> {
    const state = await this.#parts.stateOf(sid).catch(() => undefined)
    return state && 'over' in state ? state.over : undefined
  }

  /** The oldest first. */
  #of(sid: string): readonly LiveStream[] {
    return this.#bySession.get(sid) ?? []
  }

  async #check(stream: LiveStream): Promise<void> {
    // Not again while this is under way, or soon after it has failed.
    stream.checkAt = Number.POSITIVE_INFINITY
    const state = await this.#parts.stateOf(stream.sid)
    if ('over' in state) stream.end(state.over)
    else stream.checkAt = performance.now() + state.lastsFor * 1000
  }
}
