import type { KeyObject } from 'node:crypto'
import type { SignatureAlgorithm } from '@sessionward/protocol'
import { calculateJwkThumbprint, exportJWK } from 'jose'

/** The public half of a signing key, as guards read it (RFC 7517 section 4). */
export interface PublicJwk {
  /** Key type. */
  readonly kty: string
  /** RFC 7638 thumbprint, SHA-256. */
  readonly kid: string
  /** The algorithm that it signs with. */
  readonly alg: SignatureAlgorithm
  /** It signs. */
  readonly use: 'sig'
  /** Parameters of the key type (RFC 7518 section 6). */
  readonly [member: string]: unknown
}

/** RFC 7517 section 5. */
export interface PublicKeySet {
  /** The keys that are published. */
  readonly keys: readonly PublicJwk[]
}

/** Seconds that a guard may cache the key set: `max-age` of the answer. */
export const jwksMaxAge = 600

/** The public JWK of a key. @throws TypeError if the `KeyObject` is not public. */
export async function publicJwkOf(key: KeyObject, alg: SignatureAlgorithm): Promise<PublicJwk> {
  if (key.type !== 'public') throw new TypeError('publicJwkOf: expected a public key')
  const jwk = await exportJWK(key)
  return { ...jwk, kty: jwk.kty!, kid: await calculateJwkThumbprint(jwk), alg, use: 'sig' }
}

export function publicKeySet(keys: readonly { readonly publicJwk: PublicJwk }[]): PublicKeySet {
  return { keys: keys.map(({ publicJwk }) => publicJwk) }
}
