import type { AccessTokenClaims } from '@sessionward/protocol'
import { GuardError } from '../challenge.js'
import { createKeySource } from '../keys/create-key-source.js'
import type { KeySet, VerificationKey } from '../keys/key-set.js'
import type { KeyFigures, KeySource } from '../keys/key-source.js'
import { isPromise, type MaybePromise } from '../maybe-promise.js'
import type { ReadinessCondition } from '../readiness.js'
import { type FeedFigures, RevocationSubscription } from '../revocation/subscription.js'
import { ServerClock } from '../server-clock.js'
import type { SignatureVerifier } from '../signature.js'
import { checkTimes, LifetimeExceeded } from '../token/claims.js'
import { HeaderReader } from '../token/header.js'
import { type VerificationContext, type VerifiedToken, verifyAccessToken } from '../verify-access-token.js'
import { type IssuerConfig, maxAllowedLifetime } from './issuer-options.js'

/** The state of the connections to an issuer. */
export interface IssuerFigures {
  /** The keys that verify its tokens. */
  readonly keys: KeyFigures
  /**
   * Seconds by which the auth server's clock is ahead of this machine's, measured from the feed; negative if it is behind. 0
   * until it is known, and without a feed. The guard corrects a server that is ahead by up to 300 s.
   */
  readonly clockOffsetSeconds: number
  /** Absent without a feed. */
  readonly feed?: FeedFigures
}

const retryDelay = 250

/** An issuer with its keys, its clock and its revocation feed, which apply to its own tokens only. */
export class TrustedIssuer {
  readonly #config: IssuerConfig
  readonly #keys: KeySource
  readonly #clock: ServerClock
  readonly #context: VerificationContext
  /** Absent without a feed. */
  readonly subscription: RevocationSubscription | undefined

  constructor(config: IssuerConfig, verifier: SignatureVerifier) {
    this.#config = config
    this.#clock = new ServerClock(config.now, config.warnings)
    this.#keys = createKeySource(config.keys, config.algorithms, verifier, config.now, config.warnings)
    this.#context = {
      rules: config,
      headers: new HeaderReader(config),
      verifier,
      findKey: (kid) => this.#keys.find(kid),
      now: () => this.seconds(),
    }
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

  /** @throws GuardError, or rejects with it. */
  verify(token: string): MaybePromise<VerifiedToken> {
    try {
      const verified = verifyAccessToken(token, this.#context)
      return isPromise(verified) ? verified.catch((error) => this.#refuse(error)) : verified
    } catch (error) {
      return this.#refuse(error)
    }
  }

  /**
   * Whether a token that was verified before still may pass: false if its key is no longer trusted.
   *
   * @throws GuardError `access_token_expired`
   */
  revalidate(key: VerificationKey, claims: AccessTokenClaims): MaybePromise<boolean> {
    const keys = this.#keys.current()
    if (isPromise(keys)) return keys.then((set) => this.#isStillTrusted(set, key, claims))
    return this.#isStillTrusted(keys, key, claims)
  }

  /** What the guard waits for in `ready()`. */
  readinessConditions(closed: AbortSignal): readonly ReadinessCondition[] {
    const keys = { name: 'the signing keys', ready: this.#keysReady(closed), reason: () => this.#keys.failure }
    const { subscription } = this
    if (!subscription) return [keys]
    const feed = {
      name: 'the first snapshot of the revocation feed',
      ready: subscription.ready,
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

  /** @throws the error */
  #refuse(error: unknown): never {
    if (error instanceof GuardError && error.cause instanceof LifetimeExceeded) {
      this.#warnAboutLifetime(error.cause.needed)
    }
    throw error
  }

  #isStillTrusted(keys: KeySet, key: VerificationKey, claims: AccessTokenClaims): boolean {
    if (!keys.has(key)) return false
    checkTimes(claims, this.#config.clockTolerance, this.seconds())
    return true
  }

  /** Every token of the issuer is refused, and only the operator can change the option. */
  #warnAboutLifetime(needed: number): void {
    const { issuer, maxLifetime, warnings } = this.#config
    const advice =
      needed <= maxAllowedLifetime
        ? `To accept them, set maxLifetime: ${needed} for this issuer in createGuard.`
        : `maxLifetime cannot exceed ${maxAllowedLifetime}.`
    warnings.once(
      'lifetime',
      `access tokens of ${issuer} have a lifetime of ${needed} s, but maxLifetime is ${maxLifetime}. ${advice}`,
    )
  }

  /** Configured keys either work immediately or never. Fetched keys are retried, because services may start in any order. */
  async #keysReady(closed: AbortSignal): Promise<void> {
    while (!closed.aborted) {
      try {
        await this.#keys.current()
        return
      } catch (error) {
        if (!(error instanceof GuardError)) throw error
        if (this.#config.keys.from === 'configured')
          throw new TypeError(`keys: ${this.#keys.failure}`, { cause: error })
        await new Promise((resolve) => setTimeout(resolve, retryDelay))
      }
    }
  }
}
