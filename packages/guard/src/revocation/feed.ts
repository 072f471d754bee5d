import type { AccessTokenClaims } from '@sessionward/protocol'
import { GuardError, unavailable } from '../challenge.js'
import type { Staleness } from '../route.js'
import { RevocationList } from './list.js'
import type { RevocationSource } from './source.js'
import { Subscriber } from './subscriber.js'

export interface FeedFigures {
  /** Whether the feed was heard within three heartbeats. */
  readonly connected: boolean
  /** Seconds since the feed was last heard; null before its first snapshot. */
  readonly ageSeconds: number | null
  /** Revoked sessions and changed profiles held in memory. */
  readonly entries: number
  /** Why the feed is not being read, where it is read over HTTP. */
  readonly failure?: string
}

/** A guard's subscription to revocations, and what follows from it for one token. */
export class RevocationFeed {
  readonly #list: RevocationList
  readonly #source: RevocationSource
  readonly #unsubscribe: () => void

  constructor(source: RevocationSource, tolerance: number, now: () => number) {
    this.#source = source
    this.#list = new RevocationList(tolerance, now)
    this.#unsubscribe = source.subscribe((message) => this.#list.apply(message))
  }

  /** Resolves with the first snapshot. */
  get ready(): Promise<void> {
    return this.#list.ready
  }

  /**
   * @throws GuardError with the reason of the revocation, `claims_changed`, or `service_unavailable` where the feed is
   * stale and the route would rather not answer than not know
   */
  check(claims: AccessTokenClaims, staleness: Staleness): void {
    const refusal = this.#list.refusal(claims)
    if (refusal) throw new GuardError(refusal)
    if (staleness.then === 'deny' && this.#list.age > staleness.after) {
      throw unavailable('The revocation feed has not been heard for too long.')
    }
  }

  figures(): FeedFigures {
    const { age, connected, size } = this.#list
    const failure = this.#source instanceof Subscriber ? this.#source.failure : undefined
    return {
      connected,
      ageSeconds: Number.isFinite(age) ? age : null,
      entries: size,
      ...(failure === undefined ? {} : { failure }),
    }
  }

  close(): void {
    this.#unsubscribe()
  }
}
