import { createPublicKey, generateKeyPair, type KeyObject } from 'node:crypto'
import { promisify } from 'node:util'
import type { SignatureAlgorithm } from '@sessionward/protocol'
import { type PublicJwk, publicJwkOf } from './jwks.js'

/** A signing key, with its private half in memory. */
export interface KeyPair {
  /** RFC 7638 thumbprint of the public half. */
  readonly kid: string
  /** The algorithm that it signs with. */
  readonly algorithm: SignatureAlgorithm
  /** The private half. */
  readonly privateKey: KeyObject
  /** The public half. */
  readonly publicJwk: PublicJwk
}

const generate = promisify(generateKeyPair)
const minModulusBits = 2048
const minExponent = 65_537n

export async function createKeyPair(algorithm: SignatureAlgorithm): Promise<KeyPair> {
  const { privateKey } = await generateFor(algorithm)
  return keyPairOf(privateKey, algorithm)
}

/**
 * Refuses a private or public key that does not fit the algorithm, or that a guard would not accept.
 *
 * @throws TypeError that says which kind of key is needed.
 */
export function checkKey(key: KeyObject, algorithm: SignatureAlgorithm): void {
  if (key.type !== 'secret' && isKeyFor(key, algorithm)) return
  throw new TypeError(
    `expected ${describeExpectedKey(algorithm, key.type === 'public' ? 'public' : 'private')} for ${algorithm}`,
  )
}

/** The key pair of a private key. @throws TypeError as {@link checkKey}. */
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
      return generate('rsa', { modulusLength: minModulusBits })
  }
}

function isKeyFor(
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
        type === 'rsa' && modulusLength >= minModulusBits && publicExponent >= minExponent && publicExponent % 2n === 1n
      )
    }
  }
}

function describeExpectedKey(algorithm: SignatureAlgorithm, half: 'private' | 'public'): string {
  switch (algorithm) {
    case 'ES256':
      return `an EC ${half} key on P-256`
    case 'EdDSA':
      return `an Ed25519 ${half} key`
    case 'RS256':
    case 'PS256':
      return `an RSA ${half} key of at least ${minModulusBits} bits with an odd exponent of at least ${minExponent}`
  }
}
