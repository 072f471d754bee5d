import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { createSeal } from '../../src/keys/sealed-key.js'

const secret = 'Zm9yIHRlc3RzIG9ubHk6IGEgc2VjcmV0IG9mIDQ4IGJ5dGVz'
const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })

describe('a sealed key', () => {
  it('opens with the secret that sealed it', () => {
    const sealed = createSeal(secret).seal(privateKey, 'kid')
    expect(createSeal(secret).unseal(sealed, 'kid').equals(privateKey)).toBe(true)
    expect(createSeal(Buffer.from(secret)).unseal(new Uint8Array(sealed), 'kid').equals(privateKey)).toBe(true)
  })

  it('is different each time and shows nothing of the key', () => {
    const seal = createSeal(secret)
    const [one, other] = [Buffer.from(seal.seal(privateKey, 'kid')), Buffer.from(seal.seal(privateKey, 'kid'))]
    expect(one.equals(other)).toBe(false)
    expect(one[0]).toBe(1)
    const scalar = Buffer.from(privateKey.export({ format: 'jwk' }).d!, 'base64url')
    expect(one.includes(scalar.subarray(0, 8))).toBe(false)
  })

  it('does not open with another secret, and the error names the option and no secret', () => {
    const sealed = createSeal(secret).seal(privateKey, 'the-kid')
    const other = `${secret.slice(0, -1)}A`
    const open = () => createSeal(other).unseal(sealed, 'the-kid')
    expect(open).toThrow(/^secrets\.seal cannot decrypt the signing key the-kid/)
    expect(open).not.toThrow(other)
  })

  it('does not open under another kid: no key can stand in for another', () => {
    const seal = createSeal(secret)
    expect(() => seal.unseal(seal.seal(privateKey, 'one'), 'other')).toThrow('secrets.seal')
  })

  it('does not open once any bit of it was changed, or when it was cut or made longer', () => {
    const seal = createSeal(secret)
    const sealed = seal.seal(privateKey, 'kid')
    for (let index = 0; index < sealed.length; index++) {
      const changed = Uint8Array.from(sealed)
      changed[index]! ^= 1 << (index % 8)
      expect(() => seal.unseal(changed, 'kid')).toThrow('secrets.seal')
    }
    for (const length of [0, 1, 12, 13, 28, 29, 30, sealed.length - 1]) {
      expect(() => seal.unseal(sealed.subarray(0, length), 'kid')).toThrow('secrets.seal')
    }
    expect(() => seal.unseal(Buffer.concat([sealed, Buffer.of(0)]), 'kid')).toThrow('secrets.seal')
  })

  it('needs a secret of at least 32 bytes', () => {
    expect(() => createSeal('x'.repeat(31))).toThrow('secrets.seal must have at least 32 bytes')
  })
})
