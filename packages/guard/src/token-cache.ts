import type { TrustedIssuer } from './issuer/trusted-issuer.js'
import type { VerificationKey } from './keys/key-set.js'
import type { Principal } from './principal.js'

/** A token that was verified before, in the form that requests get. */
export interface RememberedToken {
  readonly principal: Principal
  /** Whose keys, clock and revocations count for it. */
  readonly issuer: TrustedIssuer
  /** Absent for a token of an older system. */
  readonly key: VerificationKey | undefined
}

const sweepEvery = 60_000

/**
 * Remembers verified tokens, so that a client's next request costs no signature. Only what was verified gets in; what can
 * change since (time, keys, revocations) is for the caller to check again.
 *
 * The key is the whole token, signature included, and not a hash: a hash costs more than it hides, since the token came in
 * over the same memory, and a weak one would let one token pass for another. The least recently used leaves first.
 */
export class TokenCache {
  readonly #size: number
  readonly #tokens = new Map<string, RememberedToken>()
  #sweptAt = 0

  /** @param size how many tokens at most; 0 remembers none */
  constructor(size: number) {
    this.#size = size
  }

  get(token: string): RememberedToken | undefined {
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
  set(token: string, remembered: RememberedToken, now: number): void {
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
