import { createPublicKey, generateKeyPair, type KeyObject } from 'node:crypto'
import { promisify } from 'node:util'
import type { SignatureAlgorithm } from '@sessionward/protocol'
import { type PublicJwk, publicJwkOf } from './jwks.js'

/** A signing key that is ready for use: the private half in memory only. */
export interface KeyPair {
  /** RFC 7638 thumbprint of the public half. */
  readonly kid: string
  readonly algorithm: SignatureAlgorithm
  readonly privateKey: KeyObject
  readonly publicJwk: PublicJwk
}

const generate = promisify(generateKeyPair)
const minimumModulus = 2048
const minimumExponent = 65_537n

export async function makeKeyPair(algorithm: SignatureAlgorithm): Promise<KeyPair> {
  const { privateKey } = await generateFor(algorithm)
  return keyPairOf(privateKey, algorithm)
}

/**
 * Refuses a private key that cannot sign with the algorithm, or that the guard would not accept.
 *
 * @throws TypeError that says which kind of key is needed.
 */
export function checkKey(privateKey: KeyObject, algorithm: SignatureAlgorithm): void {
  if (privateKey.type === 'private' && fits(privateKey, algorithm)) return
  throw new TypeError(`expected ${kindFor(algorithm)} for ${algorithm}`)
}

/** The pair that a private key makes. @throws TypeError as {@link checkKey}. */
export async function keyPairOf(privateKey: KeyObject, algorithm: SignatureAlgorithm): Promise<KeyPair> {
  checkKey(privateKey, algorithm)
  const publicJwk = await publicJwkOf(createPublicKey(privateKey), algorithm)
  return { kid: publicJwk.kid, algorithm, privateKey, publicJwk }
}

async function generateFor(algorithm: SignatureAlgorithm): Promise<{ privateKey: KeyObject }> {
  switch (algorithm) {
    case 'ES256':
      return generate('ec', { namedCurve: 'P-256' })
    case 'EdDSA':
      return generate('ed25519')
    case 'RS256':
    case 'PS256':
      return generate('rsa', { modulusLength: minimumModulus })
  }
}

function fits(
  { asymmetricKeyType: type, asymmetricKeyDetails: details = {} }: KeyObject,
  alg: SignatureAlgorithm,
): boolean {
  switch (alg) {
    case 'ES256':
      return type === 'ec' && details.namedCurve === 'prime256v1'
    case 'EdDSA':
      return type === 'ed25519'
    case 'RS256':
    case 'PS256': {
      const { modulusLength = 0, publicExponent = 0n } = details
      return (
        type === 'rsa' &&
        modulusLength >= minimumModulus &&
        publicExponent >= minimumExponent &&
        publicExponent % 2n === 1n
      )
    }
  }
}

function kindFor(algorithm: SignatureAlgorithm): string {
  switch (algorithm) {
    case 'ES256':
      return 'an EC private key on P-256'
    case 'EdDSA':
      return 'an Ed25519 private key'
    case 'RS256':
    case 'PS256':
      return `an RSA private key of at least ${minimumModulus} bits with an odd exponent of at least ${minimumExponent}`
  }
}
