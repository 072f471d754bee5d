import type { SignatureAlgorithm } from '@sessionward/protocol'
import { isEs256Signature, type SignatureVerifier } from './signature.js'

const parameters: Readonly<Record<SignatureAlgorithm, AlgorithmIdentifier | EcdsaParams | RsaPssParams>> = {
  ES256: { name: 'ECDSA', hash: 'SHA-256' },
  EdDSA: { name: 'Ed25519' },
  RS256: { name: 'RSASSA-PKCS1-v1_5' },
  // The salt is exactly as long as the hash (RFC 7518 section 3.5).
  PS256: { name: 'RSA-PSS', saltLength: 32 },
}

/** {@link SignatureVerifier} on WebCrypto, for runtimes without `node:crypto`. */
export const signatureVerifier: SignatureVerifier = {
  prepare: (key) => key,

  async verify(algorithm, key, signed, signature) {
    if (algorithm === 'ES256' && !isEs256Signature(signature)) return false
    return crypto.subtle.verify(
      parameters[algorithm],
      key as CryptoKey,
      signature as Uint8Array<ArrayBuffer>,
      signed as Uint8Array<ArrayBuffer>,
    )
  },
}
