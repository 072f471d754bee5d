import type { AccessTokenClaims } from '@sessionward/protocol'
import type { GuardConfig } from './config.js'
import { isHs256, selectIssuer } from './issuer/select-issuer.js'
import type { TrustedIssuer } from './issuer/trusted-issuer.js'
import { andThen, type MaybePromise } from './maybe-promise.js'
import { principalOf } from './principal.js'
import { type CachedToken, TokenCache } from './token-cache.js'

interface VerifiedByIssuer extends Pick<CachedToken, 'issuer' | 'key'> {
  readonly claims: AccessTokenClaims
}

/** Verifies tokens against the rules of their issuer, and caches those that are valid. */
export class TokenVerifier {
  readonly #config: GuardConfig
  readonly #issuers: ReadonlyMap<string, TrustedIssuer>
  readonly #first: TrustedIssuer
  readonly #cache: TokenCache

  /** @param first the issuer whose clock counts for legacy tokens */
  constructor(config: GuardConfig, issuers: ReadonlyMap<string, TrustedIssuer>, first: TrustedIssuer) {
    this.#config = config
    this.#issuers = issuers
    this.#first = first
    this.#cache = new TokenCache(config.cacheSize)
  }

  /**
   * A token that was verified before, if its key is still trusted. Synchronous where possible: a promise for each request costs
   * more than the check.
   *
   * @throws GuardError `access_token_expired`
   */
  getCached(token: string): MaybePromise<CachedToken | undefined> {
    const cached = this.#cache.get(token)
    if (!cached) return undefined
    const { issuer, key, principal } = cached
    if (!key) {
      this.#config.legacy?.checkTimes(principal.claims, this.#config.clockTolerance, issuer.seconds())
      return cached
    }
    const trusted = issuer.revalidate(key, principal.claims)
    if (trusted === true) return cached
    return andThen(trusted, (isTrusted) => (isTrusted ? cached : this.#forget(token)))
  }

  /** @throws GuardError, or rejects with it. */
  verify(token: string): MaybePromise<CachedToken> {
    return andThen(this.#verifyByIssuer(token), ({ issuer, claims, key }) => {
      const verified = { principal: principalOf(claims), issuer, key }
      this.#cache.set(token, verified, this.#config.now())
      return verified
    })
  }

  #forget(token: string): undefined {
    this.#cache.delete(token)
  }

  /** Each token is checked against one set of rules only: those of the algorithm and issuer that it names. */
  #verifyByIssuer(token: string): MaybePromise<VerifiedByIssuer> {
    const { legacy, clockTolerance } = this.#config
    const first = this.#first
    if (legacy && isHs256(token)) {
      const verified = legacy.verify(token, clockTolerance, first.seconds())
      return verified.then((claims) => ({ issuer: first, key: undefined, claims }))
    }
    const issuer = this.#issuers.size === 1 ? first : selectIssuer(token, this.#issuers)
    return andThen(issuer.verify(token), ({ claims, key }) => ({ issuer, key, claims }))
  }
}
