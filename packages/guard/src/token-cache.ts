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

interface Entry {
  readonly token: string
  readonly verified: CachedToken
  /** How many insertions there were when the token moved to the end. */
  readonly insertion: number
}

const sweepEvery = 60_000

/**
 * Cache of verified tokens, so that the next request with the same token needs no signature check. The caller checks again what
 * can change: time, keys and revocations.
 *
 * A full cache discards the token that is first in the order of the map. A token that is used moves to the end, but only once it
 * may have left the younger half: to move it for each request costs more than to find it.
 *
 * A token is found by the end of its signature, because a map hashes its whole key, which takes longer than all other checks.
 * Then the whole token is compared, including its signature.
 */
export class TokenCache {
  readonly #size: number
  readonly #tokens = new Map<string, Entry>()
  #insertions = 0
  #sweptAt = 0

  /** @param size maximum number of tokens; 0 disables the cache */
  constructor(size: number) {
    this.#size = size
  }

  get(token: string): CachedToken | undefined {
    const entry = this.#tokens.get(keyOf(token))
    if (entry?.token !== token) return undefined
    if (this.#insertions - entry.insertion >= this.#size / 2) this.#insert(token, entry.verified)
    return entry.verified
  }

  delete(token: string): void {
    this.#tokens.delete(keyOf(token))
  }

  /** @param now milliseconds */
  set(token: string, verified: CachedToken, now: number): void {
    if (this.#size === 0) return
    this.#sweep(now)
    this.#insert(token, verified)
  }

  get size(): number {
    return this.#tokens.size
  }

  #insert(token: string, verified: CachedToken): void {
    const key = keyOf(token)
    this.#tokens.delete(key)
    if (this.#tokens.size >= this.#size) this.#tokens.delete(this.#tokens.keys().next().value!)
    this.#tokens.set(key, { token, verified, insertion: ++this.#insertions })
  }

  #sweep(now: number): void {
    if (Math.abs(now - this.#sweptAt) < sweepEvery) return
    this.#sweptAt = now
    for (const [key, { verified }] of this.#tokens) {
      if (verified.principal.expiresAt <= now) this.#tokens.delete(key)
    }
  }
}

/**
 * More than 60 bits of the signature. Of two tokens that share them, the later replaces the earlier.
 *
 * V8 copies a part of up to 12 characters; a longer one refers to the whole string, and takes longer to hash.
 */
function keyOf(token: string): string {
  return token.slice(-12)
}
