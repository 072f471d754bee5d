import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto'
import type { SignatureAlgorithm } from '@sessionward/protocol'
import { AnswerError } from '../answer-error.js'
import { publicJwkOf, publicKeySet } from './jwks.js'
import { checkKey, keyPairOf } from './key-pair.js'
import type { KeyRing } from './key-ring.js'

/**
 * A key ring from PEM keys of the option `signingKey`. The first key is private (PKCS #8, PKCS #1 or SEC 1, not encrypted) and
 * signs; the others, private or public, are only published. None is written to the store.
 *
 * @throws TypeError that names the option `signingKey` and never contains any of the PEM.
 */
export function keyRingFromPem(pems: string | readonly string[], algorithm: SignatureAlgorithm): KeyRing {
  const [signing = '', ...published] = [pems].flat()
  const privateKey = privateKeyOf(signing, typeof pems === 'string' ? 'signingKey' : 'signingKey[0]', algorithm)
  const others = published.map((pem, index) => publicKeyOf(pem, `signingKey[${index + 1}]`, algorithm))
  requireUnique([createPublicKey(privateKey), ...others])
  const pair = keyPairOf(privateKey, algorithm)
  const set = publicKeySetOf([createPublicKey(privateKey), ...others], algorithm)

  return {
    current: () => pair,
    jwks: () => set,
    rotate: async () => {
      throw new AnswerError(
        'invalid_request',
        'the signing key comes from the option signingKey: rotate it there, with signingKey: [next, current]',
      )
    },
  }
}

async function publicKeySetOf(keys: readonly KeyObject[], algorithm: SignatureAlgorithm) {
  const jwks = await Promise.all(keys.map((key) => publicJwkOf(key, algorithm)))
  return publicKeySet(jwks.map((publicJwk) => ({ publicJwk })))
}

function privateKeyOf(pem: string, name: string, algorithm: SignatureAlgorithm): KeyObject {
  const privateKey = parse(createPrivateKey, pem)
  if (!privateKey)
    throw new TypeError(`${name} must be a private key in PEM (PKCS #8, PKCS #1 or SEC 1), not encrypted`)
  checkKeyOption(privateKey, name, algorithm)
  return privateKey
}

/** The public key of a public or private PEM, so that the operator may publish either. */
function publicKeyOf(pem: string, name: string, algorithm: SignatureAlgorithm): KeyObject {
  const publicKey = parse(createPublicKey, pem)
  if (!publicKey) throw new TypeError(`${name} must be a public or private key in PEM, not encrypted`)
  checkKeyOption(publicKey, name, algorithm)
  return publicKey
}

function checkKeyOption(key: KeyObject, name: string, algorithm: SignatureAlgorithm): void {
  try {
    checkKey(key, algorithm)
  } catch (error) {
    throw new TypeError(`${name}: ${(error as Error).message}`)
  }
}

/** Guards refuse a key set that contains a `kid` twice. */
function requireUnique(keys: readonly KeyObject[]): void {
  const index = keys.findIndex((key, i) => keys.slice(0, i).some((earlier) => earlier.equals(key)))
  if (index >= 0) throw new TypeError(`signingKey[${index}] is in the list twice: name each key once`)
}

function parse(create: (input: { key: string; format: 'pem' }) => KeyObject, pem: string): KeyObject | null {
  try {
    return create({ key: pem, format: 'pem' })
  } catch {
    return null
  }
}
