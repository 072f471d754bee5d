import type { SignatureAlgorithm } from '@sessionward/protocol'

/** A public key in the form of a signature verifier. Opaque to everything else. */
export type SignatureKey = object

/**
 * Where signatures are verified. `#verify` is `node:crypto` on Node, which takes two thirds of WebCrypto's time, and
 * WebCrypto elsewhere. An algorithm is the key's, never the token's.
 */
export interface SignatureVerifier {
  prepare(key: CryptoKey): SignatureKey
  verify(
    algorithm: SignatureAlgorithm,
    key: SignatureKey,
    signed: Uint8Array,
    signature: Uint8Array,
  ): boolean | Promise<boolean>
}

// The order of P-256's base point (SEC 2 version 2.0 section 2.4.2).
const order = Uint8Array.from(
  'ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551'.match(/../g)!,
  (byte) => Number.parseInt(byte, 16),
)

/**
 * Whether bytes can be an ES256 signature at all: R and S of 32 bytes each (RFC 7518 section 3.4), both between 1 and the
 * order. Libraries that forgot the lower end took zeros as anybody's signature (CVE-2022-21449).
 *
 * A high S passes. JWS does not ask for a low one and half of all honest signatures have a high one; so a token may have
 * two spellings, which is why nothing here tells tokens apart by their signature.
 */
export function isEs256Signature(signature: Uint8Array): boolean {
  return signature.length === 64 && isScalar(signature, 0) && isScalar(signature, 32)
}

/** Whether the 32 bytes from `start` are between 1 and the order. */
function isScalar(bytes: Uint8Array, start: number): boolean {
  let leadingZeros = 0
  while (leadingZeros < 32 && bytes[start + leadingZeros] === 0) leadingZeros++
  if (leadingZeros === 32) return false
  let equal = 0
  while (equal < 32 && bytes[start + equal] === order[equal]) equal++
  return equal < 32 && bytes[start + equal]! < order[equal]!
}
