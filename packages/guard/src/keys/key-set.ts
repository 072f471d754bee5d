import type { SignatureAlgorithm } from '@sessionward/protocol'
import { importJWK } from 'jose'
import type { SignatureKey, SignatureVerifier } from '../signature.js'
import type { UsableKey } from './select-keys.js'

/** An imported key. */
export interface VerificationKey {
  readonly kid: string | undefined
  readonly algorithm: SignatureAlgorithm
  readonly key: SignatureKey
  /** Equal for equal keys. */
  readonly fingerprint: string
}

/** The keys that are trusted at one moment. */
export class KeySet {
  readonly #keys: readonly VerificationKey[]

  constructor(keys: readonly VerificationKey[]) {
    this.#keys = keys
  }

  /**
   * The key for a token. The unverified `kid` only selects among trusted keys. A token without a `kid` is accepted only if
   * there is a single key.
   */
  find(kid: string | undefined): VerificationKey | undefined {
    const only = this.#keys.length === 1 ? this.#keys[0] : undefined
    // A single PEM key has no `kid` to compare with.
    if (only && (kid === undefined || only.kid === undefined)) return only
    return kid === undefined ? undefined : this.#keys.find((key) => key.kid === kid)
  }

  get size(): number {
    return this.#keys.length
  }

  has(key: VerificationKey): boolean {
    return this.#keys.includes(key)
  }

  /** Finds an equal key, so that reloading a set keeps the imported keys that have not changed. */
  findByFingerprint(fingerprint: string): VerificationKey | undefined {
    return this.#keys.find((key) => key.fingerprint === fingerprint)
  }
}

/**
 * Imports keys, reusing those of `previous` that are equal. A key that cannot be imported, such as a point that is not on its
 * curve (RFC 8725 section 3.4), is skipped.
 *
 * @throws TypeError where no key is left
 */
export async function importKeys(
  usable: readonly UsableKey[],
  verifier: SignatureVerifier,
  previous: KeySet | undefined,
): Promise<KeySet> {
  const keys = await Promise.all(usable.map((key) => importKey(key, verifier, previous)))
  const imported = keys.filter((key) => key !== undefined)
  if (imported.length === 0) throw new TypeError('a key set must contain a key that can be imported')
  return new KeySet(imported)
}

async function importKey(
  { kid, algorithm, jwk }: UsableKey,
  verifier: SignatureVerifier,
  previous: KeySet | undefined,
): Promise<VerificationKey | undefined> {
  const fingerprint = JSON.stringify([kid, algorithm, jwk])
  const known = previous?.findByFingerprint(fingerprint)
  if (known) return known
  try {
    const key = (await importJWK(jwk, algorithm)) as CryptoKey
    return { kid, algorithm, key: verifier.prepare(key), fingerprint }
  } catch {
    return undefined
  }
}
