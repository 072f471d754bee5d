import {
  type AccessTokenClaims,
  type ChangedProfile,
  type ErrorCode,
  type RevocationEntry,
  type RevocationMessage,
  readRevocationEntries,
  revocationHeartbeat,
} from '@sessionward/protocol'
import type { ServerClock } from '../server-clock.js'
import { RevokedSessions } from './revoked-sessions.js'
import { type EndListener, SessionEnds } from './session-ends.js'

const sweepEvery = 30_000

/**
 * What was revoked within one access-token lifetime, in memory.
 *
 * It is a set: an entry may arrive twice and in any order, and nothing is ever un-revoked. So a snapshot adds as any message
 * does, and an entry leaves only when no token that it concerns can be alive.
 */
export class RevocationList {
  readonly #tolerance: number
  readonly #clock: ServerClock
  readonly #sessions = new RevokedSessions()
  readonly #ends = new SessionEnds()
  /** Of one owner several only where a lower version lasts longer. */
  readonly #profiles = new Map<string, readonly ChangedProfile[]>()
  #epoch: string | undefined
  #latest: { readonly receivedAt: number; readonly watermark: number } | undefined
  #sweptAt = 0
  #becameReady: () => void = () => undefined

  /** Resolves with the first snapshot. */
  readonly ready: Promise<void>

  /**
   * @param tolerance seconds that a token is accepted after its `exp`; entries stay as much longer
   * @param clock learns the auth server's time, by which entries expire, from the messages
   */
  constructor(tolerance: number, clock: ServerClock) {
    this.#tolerance = tolerance
    this.#clock = clock
    this.ready = new Promise((resolve) => {
      this.#becameReady = resolve
    })
  }

  /** @param answer whether the message answers a request, so that it cannot be very late */
  apply(message: RevocationMessage, answer = message.snapshot): void {
    this.#clock.observe(message.watermark, answer)
    // Another history of the store may count profile versions anew; a session id is never used twice.
    if (message.epoch !== this.#epoch) this.#profiles.clear()
    this.#epoch = message.epoch
    // Checked again, whatever the source promises: what is kept here must not make a request fail later.
    for (const entry of readRevocationEntries(message.entries)) this.#add(entry)
    this.#sweep()
    if (message.snapshot) this.#becameReady()
    // Before the first snapshot nothing is known, however many messages have arrived.
    if (!message.snapshot && !this.#latest) return
    this.#latest = { receivedAt: this.#clock.local(), watermark: message.watermark }
  }

  /** The code with which a token is refused; undefined where it is not. */
  refusal(claims: AccessTokenClaims): ErrorCode | undefined {
    const session = this.#sessions.get(claims.sid)
    if (session && this.#counts(session.expires)) return session.reason
    if (this.#profiles.size === 0) return undefined
    // A token without a version is older than any.
    const isNewer = (profile: ChangedProfile) => this.#counts(profile.expires) && (claims.pv ?? -1) < profile.pv
    return this.#profiles.get(ownerOf(claims))?.some(isNewer) ? 'claims_changed' : undefined
  }

  /**
   * Calls the listener once when the session is revoked, and in a moment if it is already. Entries of a feed that this guard did
   * not hear within one lifetime of an access token are gone from it, so such an end is not told.
   *
   * @returns a function that ends the subscription
   */
  onSessionEnd(sid: string, listener: EndListener): () => void {
    const stop = this.#ends.listen(sid, listener)
    const known = this.#sessions.get(sid)
    // Not before the caller has the function that is returned.
    if (known) queueMicrotask(() => this.#ends.tell(sid, known.reason))
    return stop
  }

  /**
   * Seconds since the latest message was written, so that a feed that somebody delays becomes stale; infinite before its first
   * snapshot, and where the clock was set back.
   */
  get age(): number {
    if (!this.#latest) return Number.POSITIVE_INFINITY
    const { receivedAt, watermark } = this.#latest
    const sinceArrival = this.#clock.local() - receivedAt
    return sinceArrival < 0 ? Number.POSITIVE_INFINITY : Math.max(sinceArrival, this.#clock.since(watermark)) / 1000
  }

  /** Whether a message was written within three heartbeats. */
  get connected(): boolean {
    return this.age <= 3 * revocationHeartbeat
  }

  get size(): number {
    return [...this.#profiles.values()].reduce((sum, { length }) => sum + length, this.#sessions.size)
  }

  #add(entry: RevocationEntry): void {
    if ('sid' in entry) {
      if (this.#sessions.add(entry)) this.#ends.tell(entry.sid, entry.reason)
      return
    }
    const owner = ownerOf(entry)
    const known = this.#profiles.get(owner) ?? []
    if (known.some(({ pv, expires }) => pv >= entry.pv && expires >= entry.expires)) return
    const others = known.filter(({ pv, expires }) => pv > entry.pv || expires > entry.expires)
    this.#profiles.set(owner, [...others, entry])
  }

  #counts(expires: number, at = this.#clock.now()): boolean {
    return at < (expires + this.#tolerance) * 1000
  }

  /**
   * By the earlier of the two clocks: a correction of the auth server's may be withdrawn, and then a token may be alive again
   * that seemed to have expired.
   */
  #isKept(expires: number): boolean {
    return this.#counts(expires, Math.min(this.#clock.local(), this.#clock.now()))
  }

  #sweep(): void {
    if (Math.abs(this.#clock.local() - this.#sweptAt) < sweepEvery) return
    this.#sweptAt = this.#clock.local()
    this.#sessions.deleteUnless((expires) => this.#isKept(expires))
    for (const [owner, profiles] of this.#profiles) {
      const kept = profiles.filter(({ expires }) => this.#isKept(expires))
      if (kept.length === 0) this.#profiles.delete(owner)
      else if (kept.length < profiles.length) this.#profiles.set(owner, kept)
    }
  }
}

/** The same subject in two tenants is two owners. */
function ownerOf({ tenant, sub }: { readonly tenant?: string; readonly sub: string }): string {
  return JSON.stringify([tenant ?? '', sub])
}
