import type { AccessTokenClaims } from '@sessionward/protocol'
import { GuardError } from '../challenge.js'
import { KeySet, type VerificationKey } from '../keys/key-set.js'
import type { KeyFigures, KeySource } from '../keys/key-source.js'
import { openKeys } from '../keys/open-keys.js'
import type { Awaited } from '../readiness.js'
import { type FeedFigures, RevocationSubscription } from '../revocation/subscription.js'
import { ServerClock } from '../server-clock.js'
import type { SignatureSeam } from '../signature.js'
import { checkTimes, LifetimeExceeded } from '../token/claims.js'
import { type VerifiedToken, verifyAccessToken } from '../verify-access-token.js'
import { type IssuerConfig, longestLifetime } from './issuer-options.js'

/** The state of the connections to an issuer. */
export interface IssuerFigures {
  /** The keys that verify its tokens. */
  readonly keys: KeyFigures
  /**
   * Seconds by which the auth server's clock is ahead of this machine's, measured from the feed; negative if it is behind. 0
   * until it is known, and without a feed. The guard corrects a server that is ahead by
   * up to 300 s.
   */
  readonly clockOffsetSeconds: number
  /** Absent without a feed. */
  readonly feed?: FeedFigures
}

const retryPause = 250

/** One issuer as a guard trusts it: its keys, its clock and its feed, which count for its tokens and for no others. */
export class TrustedIssuer {
  readonly #config: IssuerConfig
  readonly #seam: SignatureSeam
  readonly #keys: KeySource
  readonly #clock: ServerClock
  /** Absent without a feed. */
  readonly subscription: RevocationSubscription | undefined

  constructor(config: IssuerConfig, seam: SignatureSeam) {
    this.#config = config
    this.#seam = seam
    this.#clock = new ServerClock(config.now, config.warnings)
    this.#keys = openKeys(config.keys, config.algorithms, seam, config.now, config.warnings)
    this.subscription = config.feed && new RevocationSubscription(config.feed, config.clockTolerance, this.#clock)
  }

  /** `iss` of its tokens. */
  get name(): string {
    return this.#config.issuer
  }

  /** The issuer's time, in seconds. */
  seconds(): number {
    return this.#clock.now() / 1000
  }

  async verify(token: string): Promise<VerifiedToken> {
    try {
      return await verifyAccessToken(
        token,
        this.#config,
        (kid) => this.#keys.find(kid),
        this.#seam,
        () => this.seconds(),
      )
    } catch (error) {
      if (error instanceof GuardError && error.cause instanceof LifetimeExceeded) {
        this.#warnOfLifetime(error.cause.needed)
      }
      throw error
    }
  }

  /**
   * Whether a token that was verified before still may pass: false if its key is no longer trusted.
   *
   * @throws GuardError `access_token_expired`
   */
  trusts(key: VerificationKey, claims: AccessTokenClaims): boolean | Promise<boolean> {
    const keys = this.#keys.current()
    if (!(keys instanceof KeySet)) return keys.then((set) => this.#stillTrusts(set, key, claims))
    return this.#stillTrusts(keys, key, claims)
  }

  /** What a guard waits for until it is ready. */
  awaited(closed: AbortSignal): readonly Awaited[] {
    const keys = { name: 'the signing keys', arrived: this.#keysReady(closed), reason: () => this.#keys.failure }
    const { subscription } = this
    if (!subscription) return [keys]
    const feed = {
      name: 'the first snapshot of the revocation feed',
      arrived: subscription.ready,
      reason: () => subscription.figures().failure,
    }
    return [keys, feed]
  }

  figures(): IssuerFigures {
    return {
      keys: this.#keys.figures(),
      clockOffsetSeconds: this.#clock.offset / 1000,
      ...(this.subscription ? { feed: this.subscription.figures() } : {}),
    }
  }

  #stillTrusts(keys: KeySet, key: VerificationKey, claims: AccessTokenClaims): boolean {
    if (!keys.has(key)) return false
    checkTimes(claims, this.#config.clockTolerance, this.seconds())
    return true
  }

  /** Every token of that issuer is refused, and the answers only reach those who cannot change it. */
  #warnOfLifetime(needed: number): void {
    const { issuer, maxLifetime, warnings } = this.#config
    const cure =
      needed <= longestLifetime
        ? `To accept them, set maxLifetime: ${needed} for this issuer in createGuard.`
        : `maxLifetime cannot exceed ${longestLifetime}.`
    warnings.once(
      'lifetime',
      `access tokens of ${issuer} have a lifetime of ${needed} s, but maxLifetime is ${maxLifetime}. ${cure}`,
    )
  }

  /** Keys that were given either work at once or never; others are waited for, as services start in any order. */
  async #keysReady(closed: AbortSignal): Promise<void> {
    while (!closed.aborted) {
      try {
        await this.#keys.current()
        return
      } catch (error) {
        if (!(error instanceof GuardError)) throw error
        if (this.#config.keys.from === 'given') throw new TypeError(`keys: ${this.#keys.failure}`, { cause: error })
        await new Promise((resolve) => setTimeout(resolve, retryPause))
      }
    }
  }
}
