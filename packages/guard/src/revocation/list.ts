import {
  type AccessTokenClaims,
  type ChangedProfile,
  type ErrorCode,
  type RevocationEntry,
  type RevocationMessage,
  type RevokedSession,
  readRevocationEntries,
  revocationHeartbeat,
} from '@sessionward/protocol'
import type { ServerClock } from '../server-clock.js'

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
  readonly #sessions = new Map<string, RevokedSession>()
  /** Of one owner several only where a lower version lasts longer. */
  readonly #profiles = new Map<string, readonly ChangedProfile[]>()
  #epoch: string | undefined
  #receivedAt: number | undefined
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

  apply(message: RevocationMessage): void {
    this.#clock.observe(message.watermark)
    // Another history of the store may count profile versions anew; a session id is never used twice.
    if (message.epoch !== this.#epoch) this.#profiles.clear()
    this.#epoch = message.epoch
    // Checked again, whatever the source promises: what is kept here must not make a request fail later.
    for (const entry of readRevocationEntries(message.entries)) this.#add(entry)
    this.#sweep()
    if (message.snapshot) this.#becameReady()
    // Before the first snapshot nothing is known, however many messages have arrived.
    if (message.snapshot || this.#receivedAt !== undefined) this.#receivedAt = this.#clock.local()
  }

  /** The code with which a token is refused; undefined where it is not. */
  refusal(claims: AccessTokenClaims): ErrorCode | undefined {
    const session = this.#sessions.get(claims.sid)
    if (session && this.#counts(session)) return session.reason
    if (this.#profiles.size === 0) return undefined
    // A token without a version is older than any.
    const isNewer = (profile: ChangedProfile) => this.#counts(profile) && (claims.pv ?? -1) < profile.pv
    return this.#profiles.get(ownerOf(claims))?.some(isNewer) ? 'claims_changed' : undefined
  }

  /** Seconds since the latest message; infinite before its first snapshot, and where the clock was set back. */
  get age(): number {
    if (this.#receivedAt === undefined) return Number.POSITIVE_INFINITY
    const age = (this.#clock.local() - this.#receivedAt) / 1000
    return age < 0 ? Number.POSITIVE_INFINITY : age
  }

  /** Whether a message arrived within three heartbeats. */
  get connected(): boolean {
    return this.age <= 3 * revocationHeartbeat
  }

  get size(): number {
    return [...this.#profiles.values()].reduce((sum, { length }) => sum + length, this.#sessions.size)
  }

  #add(entry: RevocationEntry): void {
    if ('sid' in entry) {
      const known = this.#sessions.get(entry.sid)
      if (!known || known.expires < entry.expires) this.#sessions.set(entry.sid, { ...entry, ...firstReason(known) })
      return
    }
    const owner = ownerOf(entry)
    const known = this.#profiles.get(owner) ?? []
    if (known.some(({ pv, expires }) => pv >= entry.pv && expires >= entry.expires)) return
    const others = known.filter(({ pv, expires }) => pv > entry.pv || expires > entry.expires)
    this.#profiles.set(owner, [...others, entry])
  }

  #counts(entry: RevocationEntry): boolean {
    return this.#clock.now() < (entry.expires + this.#tolerance) * 1000
  }

  #sweep(): void {
    if (Math.abs(this.#clock.local() - this.#sweptAt) < sweepEvery) return
    this.#sweptAt = this.#clock.local()
    for (const [sid, session] of this.#sessions) {
      if (!this.#counts(session)) this.#sessions.delete(sid)
    }
    for (const [owner, profiles] of this.#profiles) {
      const counting = profiles.filter((profile) => this.#counts(profile))
      if (counting.length === 0) this.#profiles.delete(owner)
      else if (counting.length < profiles.length) this.#profiles.set(owner, counting)
    }
  }
}

/** A session ends once: the first reason stays. */
function firstReason(known: RevokedSession | undefined): Pick<RevokedSession, 'reason'> | undefined {
  return known && { reason: known.reason }
}

/** The same subject in two tenants is two owners. */
function ownerOf({ tenant, sub }: { readonly tenant?: string; readonly sub: string }): string {
  return JSON.stringify([tenant ?? '', sub])
}
