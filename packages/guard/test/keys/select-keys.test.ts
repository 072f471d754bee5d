import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { importKeys } from '../../src/keys/key-set.js'
import { selectKeys } from '../../src/keys/select-keys.js'
import { makeGuard, makeKey, seams, signToken, verdictOn } from '../issuer.js'

const all = ['ES256', 'EdDSA', 'RS256', 'PS256'] as const
const es = makeKey('ES256', 'es')
const ed = makeKey('EdDSA', 'ed')
const rs = makeKey('RS256', 'rs')
const { alg: _es, ...esWithoutAlg } = es.jwk
const { alg: _rs, ...rsWithoutAlg } = rs.jwk
const spare = makeKey('ES256', 'spare').jwk

function rsaKey(modulusLength: number, publicExponent = 65537): object {
  const { publicKey } = generateKeyPairSync('rsa', { modulusLength, publicExponent })
  return { ...publicKey.export({ format: 'jwk' }), kid: 'rsa', alg: 'RS256' }
}

function unsigned(value: bigint): string {
  const hex = value.toString(16)
  return Buffer.from(hex.padStart(hex.length + (hex.length % 2), '0'), 'hex').toString('base64url')
}

const modulus = BigInt(`0x${Buffer.from(rs.jwk.n!, 'base64url').toString('hex')}`)

describe('a key is admitted', () => {
  test.each([
    ['of each kind', [es.jwk, ed.jwk, rs.jwk, makeKey('PS256', 'ps').jwk], 4],
    ['without alg where its kind leaves no choice', [esWithoutAlg], 1],
    ['with the operation verify', [{ ...es.jwk, use: undefined, key_ops: ['verify'] }], 1],
    ['without use and without kid', [{ ...es.jwk, use: undefined, kid: undefined }], 1],
    ['beside members that nobody knows', [{ ...es.jwk, x5t: 'AAAA', example: true }], 1],
  ])('%s', (_title, keys, count) => {
    expect(selectKeys({ keys }, all)).toHaveLength(count)
  })

  test('without alg where the guard accepts one algorithm of its kind', () => {
    expect(selectKeys({ keys: [rsWithoutAlg] }, ['ES256', 'PS256'])).toMatchObject([{ algorithm: 'PS256' }])
  })

  test('with its key members and no others', () => {
    const [usable] = selectKeys({ keys: [{ ...es.jwk, ext: true, key_ops: ['verify'] }] }, all)
    expect(Object.keys(usable!.jwk)).toEqual(['kty', 'crv', 'x', 'y'])
  })
})

describe('a key is left out', () => {
  test.each([
    ['for encryption', { ...es.jwk, use: 'enc' }],
    ['whose use is not a string', { ...es.jwk, use: ['sig'] }],
    ['that only signs', { ...es.jwk, key_ops: ['sign'] }],
    ['for verifying and encryption at once', { ...es.jwk, key_ops: ['verify', 'encrypt'] }],
    ['with an operation twice', { ...es.jwk, key_ops: ['verify', 'verify'] }],
    ['whose operations are a string', { ...es.jwk, key_ops: 'verify' }],
    ['of an unknown kind', { ...es.jwk, kty: 'XX' }],
    ['of a kind in another case', { ...es.jwk, kty: 'ec' }],
    ['on another curve', generateKeyPairSync('ec', { namedCurve: 'P-384' }).publicKey.export({ format: 'jwk' })],
    ['on secp256k1', { ...es.jwk, crv: 'secp256k1' }],
    ['for key agreement', generateKeyPairSync('x25519').publicKey.export({ format: 'jwk' })],
    ['whose alg is of another kind', { ...es.jwk, alg: 'RS256' }],
    ['whose alg is of another curve', { ...es.jwk, alg: 'ES384' }],
    ['whose alg is symmetric', { ...rs.jwk, alg: 'HS256' }],
    ['whose alg encrypts', { ...rs.jwk, alg: 'RSA-OAEP-256' }],
    ['whose alg is in another case', { ...es.jwk, alg: 'es256' }],
    ['whose alg is null', { ...es.jwk, alg: null }],
    ['without alg where its kind leaves a choice', rsWithoutAlg],
    ['whose kid is a number', { ...es.jwk, kid: 1 }],
    ['whose x is a byte short', { ...es.jwk, x: es.jwk.x!.slice(0, -2) }],
    [
      'whose x has a zero in front',
      { ...es.jwk, x: Buffer.concat([Buffer.alloc(1), Buffer.from(es.jwk.x!, 'base64url')]).toString('base64url') },
    ],
    ['whose x has padding', { ...es.jwk, x: `${es.jwk.x}=` }],
    ['without y', { ...es.jwk, y: undefined }],
    ['of 1024 bits', rsaKey(1024)],
    ['of 2047 bits', { ...rs.jwk, n: unsigned((modulus >> 1n) | 1n) }],
    ['with an even modulus', { ...rs.jwk, n: unsigned(modulus - 1n) }],
    ['with a modulus of 16384 bits', { ...rs.jwk, n: Buffer.alloc(2048, 0xff).toString('base64url') }],
    [
      'with a zero before the modulus',
      { ...rs.jwk, n: Buffer.concat([Buffer.alloc(1), Buffer.from(rs.jwk.n!, 'base64url')]).toString('base64url') },
    ],
    ['with the exponent 3', rsaKey(2048, 3)],
    ['with the exponent 1', { ...rs.jwk, e: unsigned(1n) }],
    ['with the exponent 65535', { ...rs.jwk, e: unsigned(65535n) }],
    ['with an even exponent', { ...rs.jwk, e: unsigned(65538n) }],
    ['with an endless exponent', { ...rs.jwk, e: Buffer.alloc(256, 0xff).toString('base64url') }],
    ['without an exponent', { ...rs.jwk, e: '' }],
  ])('%s', (_title, key) => {
    expect(selectKeys({ keys: [spare, key] }, all).map(({ kid }) => kid)).toEqual(['spare'])
  })
})

describe('a set is refused', () => {
  const priv = es.privateKey.export({ format: 'jwk' })
  test.each([
    ['with two keys of one kid', { keys: [es.jwk, { ...spare, kid: 'es' }] }],
    ['with one key twice', { keys: [es.jwk, es.jwk] }],
    [
      'with two keys of one kid, although one is for something else',
      { keys: [es.jwk, { ...ed.jwk, kid: 'es', use: 'enc' }] },
    ],
    ['with a private EC key', { keys: [spare, { ...priv, kid: 'es' }] }],
    ['with a private RSA key', { keys: [spare, rs.privateKey.export({ format: 'jwk' })] }],
    ['with a prime of an RSA key', { keys: [spare, { ...rs.jwk, p: 'AQAB' }] }],
    ['with a symmetric key', { keys: [spare, { kty: 'oct', k: 'c2VjcmV0', kid: 'mac' }] }],
    ['with a key that says it is symmetric', { keys: [spare, { kty: 'oct', kid: 'mac' }] }],
    ['with a secret under another kind', { keys: [spare, { ...es.jwk, k: 'c2VjcmV0' }] }],
    ['with something that is not a key', { keys: [spare, 'es'] }],
    ['with null', { keys: [spare, null] }],
    ['with a list', { keys: [spare, []] }],
    ['without a key', { keys: [] }],
    ['without a usable key', { keys: [{ ...es.jwk, use: 'enc' }] }],
    ['without keys', {}],
    ['whose keys are an object', { keys: { 0: es.jwk, length: 1 } }],
    ['that is null', null],
    ['that is a list', [es.jwk]],
  ])('%s', (_title, set) => {
    expect(() => selectKeys(set, all)).toThrow(TypeError)
  })
})

test.each(Object.values(seams))('a point that is not on its curve is not imported', async (verifier) => {
  const y = Buffer.from(es.jwk.y!, 'base64url')
  y[31]! ^= 1
  const usable = selectKeys({ keys: [{ ...es.jwk, y: y.toString('base64url') }] }, all)
  await expect(importKeys(usable, verifier, undefined)).rejects.toThrow('imported')
})

test.each(all)('a token signed %s passes on both seams, and is refused with another signature', async (algorithm) => {
  const key = makeKey(algorithm, 'key')
  const token = signToken(key)
  const forged = signToken(makeKey(algorithm, 'key'))
  for (const verifier of ['node', 'webcrypto'] as const) {
    const guard = makeGuard({ keys: key.jwk, algorithms: all }, verifier)
    expect(await verdictOn(guard, token)).toBe('passed')
    expect(await verdictOn(guard, forged)).toBe('access_token_invalid')
  }
})
