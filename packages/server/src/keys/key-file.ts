import { createPrivateKey, type KeyObject } from 'node:crypto'
import type { SignatureAlgorithm } from '@sessionward/protocol'
import { AnswerError } from '../answer-error.js'
import { publicKeySet } from './jwks.js'
import { checkKey, keyPairOf } from './key-pair.js'
import type { KeyRing } from './key-ring.js'

/**
 * A ring of one key that the operator holds: a private key in PEM (PKCS #8, PKCS #1 or SEC 1, not encrypted). It never
 * enters the store.
 *
 * @throws TypeError that names the option `signingKey`, before anything is served; it never holds any of the text.
 */
export function keyFromPem(pem: string, algorithm: SignatureAlgorithm): KeyRing {
  const pair = keyPairOf(privateKeyOf(pem, algorithm), algorithm)

  return {
    current: () => pair,
    jwks: async () => publicKeySet([await pair]),
    rotate: async () => {
      throw new AnswerError('invalid_request', 'the signing key comes from the option signingKey: rotate it there')
    },
  }
}

function privateKeyOf(pem: string, algorithm: SignatureAlgorithm): KeyObject {
  const privateKey = parse(pem)
  if (!privateKey)
    throw new TypeError('signingKey must be a private key in PEM (PKCS #8, PKCS #1 or SEC 1), not encrypted')
  try {
    checkKey(privateKey, algorithm)
  } catch (error) {
    throw new TypeError(`signingKey: ${(error as Error).message}`)
  }
  return privateKey
}

function parse(pem: string): KeyObject | null {
  try {
    return createPrivateKey({ key: pem, format: 'pem' })
  } catch {
    return null
  }
}
