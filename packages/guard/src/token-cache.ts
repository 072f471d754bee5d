import type { TrustedIssuer } from './issuer/trusted-issuer.js'
import type { VerificationKey } from './keys/key-set.js'
import type { Principal } from './principal.js'

/** The result of a verification. */
export interface CachedToken {
  readonly principal: Principal
  /** The issuer whose keys, clock and revocations apply. */
  readonly issuer: TrustedIssuer
  /** Absent for a token of an older system. */
  readonly key: VerificationKey | undefined
}

const sweepEvery = 60_000

/**
 * LRU cache of verified tokens, so that the next request with the same token needs no signature check. The caller checks again
 * what can change: time, keys and revocations.
 *
 * The cache key is the whole token including its signature. A hash would cost time and protect nothing, and a weak one could
 * confuse two tokens.
 */
export class TokenCache {
  readonly #size: number
  readonly #tokens = new Map<string, CachedToken>()
  #sweptAt = 0

  /** @param size maximum number of tokens; 0 disables the cache */
  constructor(size: number) {
    this.#size = size
  }

  get(token: string): CachedToken | undefined {
    const remembered = this.#tokens.get(token)
    if (!remembered) return undefined
    this.#tokens.delete(token)
    this.#tokens.set(token, remembered)
    return remembered
  }

  delete(token: string): void {
    this.#tokens.delete(token)
  }

  /** @param now milliseconds */
  set(token: string, remembered: CachedToken, now: number): void {
    if (this.#size === 0) return
    this.#sweep(now)
    this.#tokens.delete(token)
    if (this.#tokens.size >= this.#size) this.#tokens.delete(this.#tokens.keys().next().value!)
    this.#tokens.set(token, remembered)
  }

  get size(): number {
    return this.#tokens.size
  }

  #sweep(now: number): void {
    if (Math.abs(now - this.#sweptAt) < sweepEvery) return
    this.#sweptAt = now
    for (const [token, { principal }] of this.#tokens) {
      if (principal.expiresAt <= now) this.#tokens.delete(token)
    }
  }
}
