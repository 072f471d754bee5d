import type { AccessTokenClaims } from '@sessionward/protocol'
import type { GuardConfig } from './config.js'
import { isHs256, selectIssuer } from './issuer/select-issuer.js'
import type { TrustedIssuer } from './issuer/trusted-issuer.js'
import { principalOf } from './principal.js'
import { type CachedToken, TokenCache } from './token-cache.js'

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
  getCached(token: string): CachedToken | undefined | Promise<CachedToken | undefined> {
    const cached = this.#cache.get(token)
    if (!cached) return undefined
    const { issuer, key, principal } = cached
    if (!key) {
      this.#config.legacy?.checkTimes(principal.claims, this.#config.clockTolerance, issuer.seconds())
      return cached
    }
    const trusted = issuer.revalidate(key, principal.claims)
    if (trusted === true) return cached
    return trusted === false
      ? this.#forget(token)
      : trusted.then((isTrusted) => (isTrusted ? cached : this.#forget(token)))
  }

  /** @throws GuardError */
  async verify(token: string): Promise<CachedToken> {
    const { issuer, claims, key } = await this.#verifyByIssuer(token)
    const verified = { principal: principalOf(claims), issuer, key }
    this.#cache.set(token, verified, this.#config.now())
    return verified
  }

  #forget(token: string): undefined {
    this.#cache.delete(token)
  }

  /** Each token is checked against one set of rules only: those of the algorithm and issuer that it names. */
  async #verifyByIssuer(token: string): Promise<Pick<CachedToken, 'issuer' | 'key'> & { claims: AccessTokenClaims }> {
    const { legacy, clockTolerance } = this.#config
    const first = this.#first
    if (legacy && isHs256(token)) {
      return { issuer: first, key: undefined, claims: await legacy.verify(token, clockTolerance, first.seconds()) }
    }
    const issuer = this.#issuers.size === 1 ? first : selectIssuer(token, this.#issuers)
    return { issuer, ...(await issuer.verify(token)) }
  }
}
