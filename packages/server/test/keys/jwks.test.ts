import { createPublicKey, generateKeyPairSync } from 'node:crypto'
import type { SignatureAlgorithm } from '@sessionward/protocol'
import { calculateJwkThumbprint } from 'jose'
import { describe, expect, it } from 'vitest'
import { publicJwkOf, publicKeySet } from '../../src/keys/jwks.js'
import { createKeyPair, keyPairOf } from '../../src/keys/key-pair.js'

const members: Readonly<Record<SignatureAlgorithm, readonly string[]>> = {
  ES256: ['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y'],
  EdDSA: ['alg', 'crv', 'kid', 'kty', 'use', 'x'],
  RS256: ['alg', 'e', 'kid', 'kty', 'n', 'use'],
  PS256: ['alg', 'e', 'kid', 'kty', 'n', 'use'],
}
const algorithms = Object.keys(members) as SignatureAlgorithm[]

describe('a published key', () => {
  it.each(algorithms)('of %s has its public members and no private one', async (algorithm) => {
    const pair = await createKeyPair(algorithm)
    expect(publicKeySet([pair])).toEqual({ keys: [pair.publicJwk] })
    expect(Object.keys(pair.publicJwk).sort()).toEqual(members[algorithm])
    expect(pair.publicJwk).toMatchObject({ alg: algorithm, use: 'sig', kid: pair.kid })
    expect(pair.kid).toBe(await calculateJwkThumbprint(pair.publicJwk))
    const published = createPublicKey({ key: { ...pair.publicJwk }, format: 'jwk' })
    expect(published.equals(createPublicKey(pair.privateKey))).toBe(true)
  })

  it('is never made from a private key', async () => {
    const { privateKey } = await createKeyPair('ES256')
    await expect(publicJwkOf(privateKey, 'ES256')).rejects.toThrow('expected a public key')
  })
})

describe('keyPairOf', () => {
  it.each([
    ['ES256', generateKeyPairSync('ec', { namedCurve: 'P-384' }), 'EC private key on P-256'],
    ['ES256', generateKeyPairSync('ed25519'), 'EC private key on P-256'],
    ['EdDSA', generateKeyPairSync('ec', { namedCurve: 'P-256' }), 'Ed25519'],
    ['RS256', generateKeyPairSync('rsa', { modulusLength: 1024 }), 'at least 2048 bits'],
    ['RS256', generateKeyPairSync('rsa', { modulusLength: 2048, publicExponent: 3 }), 'at least 65537'],
    ['PS256', generateKeyPairSync('ec', { namedCurve: 'P-256' }), 'RSA private key'],
  ] as const)('refuses a key that does not fit %s (%#)', async (algorithm, { privateKey }, expected) => {
    await expect(keyPairOf(privateKey, algorithm)).rejects.toThrow(expected)
  })
})
