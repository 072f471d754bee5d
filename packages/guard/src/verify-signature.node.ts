import { constants, KeyObject, verify as verifyWithOpenssl } from 'node:crypto'
import { isEs256Signature, type SignatureVerifier } from './signature.js'

/** {@link SignatureVerifier} on `node:crypto`: synchronous, and without copying the key for each token. */
export const signatureVerifier: SignatureVerifier = {
  prepare: (key) => KeyObject.from(key),

  verify(algorithm, handle, signed, signature) {
    const key = handle as KeyObject
    switch (algorithm) {
      case 'ES256':
        return isEs256Signature(signature) && verifyWithOpenssl('sha256', signed, key, toDer(signature))
      case 'EdDSA':
        return verifyWithOpenssl(null, signed, key, signature)
      case 'RS256':
        return verifyWithOpenssl('sha256', signed, { key, padding: constants.RSA_PKCS1_PADDING }, signature)
      case 'PS256':
        // The salt is exactly as long as the hash (RFC 7518 section 3.5).
        return verifyWithOpenssl(
          'sha256',
          signed,
          { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 },
          signature,
        )
    }
  },
}

/** ECDSA-Sig-Value (RFC 3279 section 2.2.3). Node 24 takes twice as long over `ieee-p1363` as over this. */
function toDer(signature: Uint8Array): Uint8Array {
  // A sequence of two integers of at most 33 bytes, so every length here fits into one byte.
  const der = new Uint8Array(72)
  const end = writeInteger(der, writeInteger(der, 2, signature, 0), signature, 32)
  der[0] = 0x30
  der[1] = end - 2
  return der.subarray(0, end)
}

/** Writes the integer of the 32 bytes from `start`, which are not all zero. @returns where it ends */
function writeInteger(der: Uint8Array, at: number, signature: Uint8Array, start: number): number {
  let first = start
  while (signature[first] === 0) first++
  const length = start + 32 - first
  // A leading 1 bit would make the integer negative.
  const sign = signature[first]! >= 0x80 ? 1 : 0
  der[at] = 0x02
  der[at + 1] = sign + length
  const digits = at + 2 + sign
  for (let index = 0; index < length; index++) der[digits + index] = signature[first + index]!
  return digits + length
}
