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
import { ClaimsChangeListeners } from './claims-change-listeners.js'
import { RevokedSessions } from './revoked-sessions.js'
import { type SessionEndListener, SessionEndListeners } from './session-end-listeners.js'

const sweepEvery = 30_000

/**
 * The revocations of the last access token lifetime, in memory.
 *
 * It is a set: entries may arrive twice and in any order, and a revocation is never withdrawn. So a snapshot only adds entries
 * too, and an entry is deleted when every token that it applies to has expired.
 */
export class RevocationList {
  readonly #tolerance: number
  readonly #clock: ServerClock
  readonly #sessions = new RevokedSessions()
  readonly #endListeners = new SessionEndListeners()
  readonly #changeListeners = new ClaimsChangeListeners()
  /** By owner. An owner has several entries only if a lower version expires later. */
  readonly #profiles = new Map<string, readonly ChangedProfile[]>()
  #epoch: string | undefined
  #latest: { readonly receivedAt: number; readonly watermark: number } | undefined
  #sweptAt = 0
  #resolveReady: () => void = () => undefined

  /** Resolves with the first snapshot. */
  readonly ready: Promise<void>

  /**
   * @param tolerance seconds that a token is accepted after its `exp`; entries are kept that much longer
   * @param clock is updated from the messages; entries expire by it
   */
  constructor(tolerance: number, clock: ServerClock) {
    this.#tolerance = tolerance
    this.#clock = clock
    this.ready = new Promise((resolve) => {
      this.#resolveReady = resolve
    })
  }

  /** @param answer whether the message is the response to a request, so that it cannot be very late */
  apply(message: RevocationMessage, answer = message.snapshot): void {
    this.#clock.observe(message.watermark, answer)
    // A new epoch may restart profile versions. Session ids are never reused.
    if (message.epoch !== this.#epoch) this.#profiles.clear()
    this.#epoch = message.epoch
    // Validated again, because a source in the same process may be application code, and an invalid entry would fail requests.
    for (const entry of readRevocationEntries(message.entries)) this.#addEntry(entry)
    this.#sweep()
    if (message.snapshot) this.#resolveReady()
    // Messages before the first snapshot do not make the list complete.
    if (!message.snapshot && !this.#latest) return
    this.#latest = { receivedAt: this.#clock.local(), watermark: message.watermark }
  }

  /** The error code if the token is revoked, otherwise undefined. */
  refusal(claims: AccessTokenClaims): ErrorCode | undefined {
    const session = this.#sessions.get(claims.sid)
    if (session && this.#isInEffect(session.expires)) return session.reason
    if (this.#profiles.size === 0) return undefined
    // A token without a version is older than every version.
    const isNewer = (profile: ChangedProfile) => this.#isInEffect(profile.expires) && (claims.pv ?? -1) < profile.pv
    return this.#profiles.get(ownerOf(claims))?.some(isNewer) ? 'claims_changed' : undefined
  }

  /**
   * Calls the listener once when the session is revoked, or in the next microtask if it already is. Revocations that were
   * removed from the feed before this guard could read them are not reported.
   *
   * @returns a function that ends the subscription
   */
  onSessionEnd(sid: string, listener: SessionEndListener): () => void {
    const stop = this.#endListeners.add(sid, listener)
    const known = this.#sessions.get(sid)
    // Deferred, so that the caller has the returned function first.
    if (known) queueMicrotask(() => this.#endListeners.notify(sid, known.reason))
    return stop
  }

  /**
   * Calls the listener once when the claims are out of date, or in the next microtask if they already are. An entry is deleted
   * before a connection closes, so the listener is told when it arrives.
   *
   * @returns a function that ends the subscription
   */
  onClaimsChange(claims: AccessTokenClaims, listener: () => void): () => void {
    const owner = ownerOf(claims)
    const stop = this.#changeListeners.add(owner, claims.pv ?? -1, listener)
    queueMicrotask(() => {
      const known = this.#profiles.get(owner) ?? []
      for (const { pv, expires } of known) if (this.#isInEffect(expires)) this.#changeListeners.notify(owner, pv)
    })
    return stop
  }

  /**
   * Seconds since the latest message was written, so that a delayed feed becomes stale. Infinity before the first snapshot, and
   * if the local clock was set back.
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

  #addEntry(entry: RevocationEntry): void {
    if ('sid' in entry) {
      if (this.#sessions.add(entry)) this.#endListeners.notify(entry.sid, entry.reason)
      return
    }
    const owner = ownerOf(entry)
    const known = this.#profiles.get(owner) ?? []
    if (known.some(({ pv, expires }) => pv >= entry.pv && expires >= entry.expires)) return
    const others = known.filter(({ pv, expires }) => pv > entry.pv || expires > entry.expires)
    this.#profiles.set(owner, [...others, entry])
    this.#changeListeners.notify(owner, entry.pv)
  }

  #isInEffect(expires: number, at = this.#clock.now()): boolean {
    return at < (expires + this.#tolerance) * 1000
  }

  /**
   * Uses the earlier of the two clocks: the server clock may be corrected backwards, and then tokens that seemed expired are
   * valid again.
   */
  #isKept(expires: number): boolean {
    return this.#isInEffect(expires, Math.min(this.#clock.local(), this.#clock.now()))
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
