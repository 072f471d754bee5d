import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { keyRingFromPem } from '../../src/keys/pem-keys.js'

const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
const pem = (type: 'pkcs8' | 'pkcs1' | 'sec1', { privateKey } = ec) =>
  privateKey.export({ type, format: 'pem' } as { type: 'pkcs8'; format: 'pem' }).toString()

describe('keyRingFromPem', () => {
  it('reads PKCS #8, PKCS #1 and SEC 1', async () => {
    const rings = [keyRingFromPem(pem('pkcs8'), 'ES256'), keyRingFromPem(pem('sec1'), 'ES256')]
    const kids = await Promise.all(rings.map(async (ring) => (await ring.current()).kid))
    expect(kids[0]).toBe(kids[1])
    const old = await keyRingFromPem(pem('pkcs1', rsa), 'RS256').current()
    expect(old.privateKey.equals(rsa.privateKey)).toBe(true)
  })

  it('publishes its one key and no other', async () => {
    const ring = keyRingFromPem(pem('pkcs8', rsa), 'RS256')
    const { publicJwk } = await ring.current()
    expect(await ring.jwks()).toEqual({ keys: [publicJwk] })
  })

  it('reports at once what is wrong with a key, without its content', () => {
    const encrypted = ec.privateKey.export({
      type: 'pkcs8',
      format: 'pem',
      cipher: 'aes-256-cbc',
      passphrase: 'secret',
    })
    const publicPem = ec.publicKey.export({ type: 'spki', format: 'pem' })
    for (const text of ['', 'not a key at all', String(encrypted), String(publicPem), pem('pkcs8').slice(0, 120)]) {
      expect(() => keyRingFromPem(text, 'ES256')).toThrow(/^signingKey must be a private key in PEM/)
    }
    expect(() => keyRingFromPem(pem('pkcs8'), 'RS256')).toThrow(/^signingKey: expected an RSA private key/)
  })

  it('signs with the first of a list and publishes all, of private keys the public half alone', async () => {
    const other = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const third = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const spki = other.publicKey.export({ type: 'spki', format: 'pem' }).toString()
    const ring = keyRingFromPem([pem('pkcs8', rsa), spki, pem('pkcs1', third)], 'RS256')

    expect((await ring.current()).privateKey.equals(rsa.privateKey)).toBe(true)
    const { keys } = await ring.jwks()
    const moduli = [rsa, other, third].map(({ publicKey }) => publicKey.export({ format: 'jwk' }).n)
    expect(keys.map(({ n }) => n)).toEqual(moduli)
    expect(keys.map((key) => Object.keys(key).sort())).toEqual(keys.map(() => ['alg', 'e', 'kid', 'kty', 'n', 'use']))
  })

  it('names the key of a list that is wrong', () => {
    const spki = ec.publicKey.export({ type: 'spki', format: 'pem' }).toString()
    expect(() => keyRingFromPem([] as never, 'ES256')).toThrow(/^signingKey\[0\] must be a private key in PEM/)
    expect(() => keyRingFromPem([spki], 'ES256')).toThrow(/^signingKey\[0\] must be a private key in PEM/)
    expect(() => keyRingFromPem([pem('pkcs8'), 'no key'], 'ES256')).toThrow(
      /^signingKey\[1\] must be a public or private key/,
    )
    expect(() => keyRingFromPem([pem('pkcs8', rsa), spki], 'RS256')).toThrow(
      /^signingKey\[1\]: expected an RSA public key/,
    )
    expect(() => keyRingFromPem([pem('pkcs8'), spki], 'ES256')).toThrow(/^signingKey\[1\] is in the list twice/)
  })

  it('cannot be rotated from here', async () => {
    await expect(keyRingFromPem(pem('pkcs8'), 'ES256').rotate()).rejects.toMatchObject({ code: 'invalid_request' })
  })
})
