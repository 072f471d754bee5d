import type { SignatureAlgorithm } from '@sessionward/protocol'
import { importJWK } from 'jose'
import type { SignatureKey, SignatureSeam } from '../signature.js'
import type { AdmittedKey } from './admit-keys.js'

/** An admitted key, ready for use. */
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
   * The key that a token means. A `kid` is a hint from outside: it only chooses among keys that are trusted anyway, by
   * comparison, and a token without one is taken only where nothing is to be chosen.
   */
  find(kid: string | undefined): VerificationKey | undefined {
    const only = this.#keys.length === 1 ? this.#keys[0] : undefined
    // A key given as PEM has no name, so the token's name for it cannot be compared.
    if (only && (kid === undefined || only.kid === undefined)) return only
    return kid === undefined ? undefined : this.#keys.find((key) => key.kid === kid)
  }

  get size(): number {
    return this.#keys.length
  }

  has(key: VerificationKey): boolean {
    return this.#keys.includes(key)
  }

  /** The key of this set that equals another, so that a set read again does not make all keys new. */
  equal(fingerprint: string): VerificationKey | undefined {
    return this.#keys.find((key) => key.fingerprint === fingerprint)
  }
}

/**
 * Imports admitted keys; those that `previous` holds already are taken over as they are. A key that cannot be imported,
 * such as a point that is not on its curve (RFC 8725 section 3.4), is left out.
 *
 * @throws TypeError where no key is left
 */
export async function importKeys(
  admitted: readonly AdmittedKey[],
  seam: SignatureSeam,
  previous: KeySet | undefined,
): Promise<KeySet> {
  const keys = await Promise.all(admitted.map((key) => importKey(key, seam, previous)))
  const imported = keys.filter((key) => key !== undefined)
  if (imported.length === 0) throw new TypeError('a key set must contain a key that can be imported')
  return new KeySet(imported)
}

async function importKey(
  { kid, algorithm, jwk }: AdmittedKey,
  seam: SignatureSeam,
  previous: KeySet | undefined,
): Promise<VerificationKey | undefined> {
  const fingerprint = JSON.stringify([kid, algorithm, jwk])
  const known = previous?.equal(fingerprint)
  if (known) return known
  try {
    const key = (await importJWK(jwk, algorithm)) as CryptoKey
    return { kid, algorithm, key: seam.prepare(key), fingerprint }
  } catch {
    return undefined
  }
}
