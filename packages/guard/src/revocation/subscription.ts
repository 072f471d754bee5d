import type { AccessTokenClaims } from '@sessionward/protocol'
import { GuardError, unavailable } from '../challenge.js'
import type { Staleness } from '../route.js'
import type { ServerClock } from '../server-clock.js'
import { RevocationList } from './revocation-list.js'
import type { SessionEndListener } from './session-end-listeners.js'
import type { RevocationSource } from './source.js'
import { RevocationSubscriber } from './subscriber.js'

/** A guard's connection to the revocation feed. */
export interface FeedFigures {
  /** Whether the latest message was written within three heartbeats, which is 15 seconds. */
  readonly connected: boolean
  /** Seconds since the latest message was written; null before the first snapshot. */
  readonly ageSeconds: number | null
  /** Revoked sessions and changed profiles held in memory. */
  readonly entries: number
  /**
   * How the feed is read over HTTP: as a stream of server-sent events, or by polling once a second if a proxy on the way
   * buffers the stream. Absent for a source in the same process.
   */
  readonly via?: 'stream' | 'poll'
  /** Why the feed currently cannot be read over HTTP. */
  readonly failure?: string
}

const late = 'the messages of the revocation feed arrive more than 15 s late, or a clock was set'

/** A guard's subscription to revocations. Checks tokens against them. */
export class RevocationSubscription {
  readonly #list: RevocationList
  readonly #source: RevocationSource
  readonly #unsubscribe: () => void

  /** @param tolerance seconds that a token is accepted after its `exp` */
  constructor(source: RevocationSource, tolerance: number, clock: ServerClock) {
    this.#source = source
    this.#list = new RevocationList(tolerance, clock)
    this.#unsubscribe = source.subscribe((message, answer) => {
      this.#list.apply(message, answer)
      // Throwing makes the subscriber reopen the stream, and the first response shows whether messages are late or a clock was
      // changed. Only for heartbeats: while the store is unavailable, messages with revocations are the only ones that arrive.
      const isHeartbeat = !answer && message.entries.length === 0
      if (source instanceof RevocationSubscriber && isHeartbeat && !this.#list.connected) throw new Error(late)
    })
  }

  /** Resolves with the first snapshot. */
  get ready(): Promise<void> {
    return this.#list.ready
  }

  /**
   * @throws GuardError with the reason of the revocation, `claims_changed`, or `service_unavailable` where the feed is stale
   * and the route does not let requests pass without it
   */
  check(claims: AccessTokenClaims, staleness: Staleness): void {
    const refusal = this.#list.refusal(claims)
    if (refusal) throw new GuardError(refusal)
    if (staleness.then === 'deny' && this.#list.age > staleness.after) {
      throw unavailable('The revocation feed is stale.', new Error(this.#staleness()))
    }
  }

  /** Calls the listener once when the session is revoked. @returns a function that ends the subscription */
  onSessionEnd(sid: string, listener: SessionEndListener): () => void {
    return this.#list.onSessionEnd(sid, listener)
  }

  /** Calls the listener once when the claims are out of date. @returns a function that ends the subscription */
  onClaimsChange(claims: AccessTokenClaims, listener: () => void): () => void {
    return this.#list.onClaimsChange(claims, listener)
  }

  figures(): FeedFigures {
    const { age, connected, size } = this.#list
    return {
      connected,
      ageSeconds: Number.isFinite(age) ? age : null,
      entries: size,
      ...(this.#source instanceof RevocationSubscriber ? this.#source.figures() : {}),
    }
  }

  /** For the operator, as the cause of a refusal. */
  #staleness(): string {
    const { ageSeconds, failure = 'no message arrives' } = this.figures()
    return ageSeconds === null
      ? `no snapshot of the revocation feed has arrived yet: ${failure}`
      : `the latest message of the revocation feed is ${Math.round(ageSeconds)} s old: ${failure}`
  }

  close(): void {
    this.#unsubscribe()
  }
}
