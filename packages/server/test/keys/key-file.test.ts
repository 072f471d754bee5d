import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { keyFromPem } from '../../src/keys/key-file.js'

const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
const pem = (type: 'pkcs8' | 'pkcs1' | 'sec1', { privateKey } = ec) =>
  privateKey.export({ type, format: 'pem' } as { type: 'pkcs8'; format: 'pem' }).toString()

describe('keyFromPem', () => {
  it('reads PKCS #8, PKCS #1 and SEC 1', async () => {
    const rings = [keyFromPem(pem('pkcs8'), 'ES256'), keyFromPem(pem('sec1'), 'ES256')]
    const kids = await Promise.all(rings.map(async (ring) => (await ring.current()).kid))
    expect(kids[0]).toBe(kids[1])
    const old = await keyFromPem(pem('pkcs1', rsa), 'RS256').current()
    expect(old.privateKey.equals(rsa.privateKey)).toBe(true)
  })

  it('publishes its one key and no other', async () => {
    const ring = keyFromPem(pem('pkcs8', rsa), 'RS256')
    const { publicJwk } = await ring.current()
    expect(await ring.jwks()).toEqual({ keys: [publicJwk] })
  })

  it('says at once what is wrong with a key, and none of what stands in it', () => {
    const encrypted = ec.privateKey.export({
      type: 'pkcs8',
      format: 'pem',
      cipher: 'aes-256-cbc',
      passphrase: 'secret',
    })
    const publicPem = ec.publicKey.export({ type: 'spki', format: 'pem' })
    for (const text of ['', 'not a key at all', String(encrypted), String(publicPem), pem('pkcs8').slice(0, 120)]) {
      expect(() => keyFromPem(text, 'ES256')).toThrow(/^signingKey must be a private key in PEM/)
    }
    expect(() => keyFromPem(pem('pkcs8'), 'RS256')).toThrow(/^signingKey: expected an RSA private key/)
  })

  it('cannot be rotated from here', async () => {
    await expect(keyFromPem(pem('pkcs8'), 'ES256').rotate()).rejects.toMatchObject({ code: 'invalid_request' })
  })
})
