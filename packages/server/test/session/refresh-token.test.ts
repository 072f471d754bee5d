import { createHmac, createSecretKey, randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  formatRefreshToken,
  noParent,
  parseRefreshToken,
  type RefreshTokenParts,
  refreshTokenLength,
  verifyRefreshToken,
} from '../../src/session/refresh-token.js'

const key = createSecretKey(randomBytes(32))
const salt = randomBytes(16)
const parts: RefreshTokenParts = {
  keyId: 3,
  sid: randomBytes(16).toString('base64url'),
  generation: 41,
  nonce: randomBytes(16),
  parent: randomBytes(8),
}
const text = formatRefreshToken(parts, key, salt)

function isGenuine(candidate: string, withKey = key, withSalt: Uint8Array = salt): boolean {
  const token = parseRefreshToken(candidate)
  return token !== undefined && verifyRefreshToken(token, withKey, withSalt)
}

describe('a refresh token', () => {
  test('is 104 characters of base64url', () => {
    expect(refreshTokenLength).toBe(104)
    expect(text).toMatch(/^[A-Za-z0-9_-]{104}$/)
  })

  test('says what was written into it', () => {
    const { keyId, sid, generation, nonce, parent } = parseRefreshToken(text)!

    expect({ keyId, sid, generation }).toEqual({ keyId: 3, sid: parts.sid, generation: 41 })
    expect(Buffer.from(nonce)).toEqual(Buffer.from(parts.nonce))
    expect(Buffer.from(parent)).toEqual(Buffer.from(parts.parent))
  })

  test('has its fields where the format has them', () => {
    const bytes = Buffer.from(text, 'base64url')

    expect(bytes.length).toBe(78)
    expect([bytes[0], bytes[1]]).toEqual([1, 3])
    expect(bytes.subarray(2, 18).toString('base64url')).toBe(parts.sid)
    expect(bytes.readUInt32BE(18)).toBe(41)
    expect(bytes.subarray(22, 38)).toEqual(Buffer.from(parts.nonce))
    expect(bytes.subarray(38, 46)).toEqual(Buffer.from(parts.parent))
  })

  test('ends with an HMAC-SHA256 over its label, all bytes before the tag and the salt', () => {
    const bytes = Buffer.from(text, 'base64url')
    const message = Buffer.concat([Buffer.from('sessionward refresh 1'), bytes.subarray(0, 46), salt])

    expect(bytes.subarray(46)).toEqual(createHmac('sha256', key).update(message).digest())
  })

  test('is parsed back unchanged, whatever it contains', () => {
    const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length })
    const anything = fc.record({
      keyId: fc.integer({ min: 0, max: 255 }),
      sid: bytes(16).map((id) => Buffer.from(id).toString('base64url')),
      generation: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
      nonce: bytes(16),
      parent: bytes(8),
    })

    fc.assert(
      fc.property(anything, bytes(16), (written, withSalt) => {
        const read = parseRefreshToken(formatRefreshToken(written, key, withSalt))!

        expect(verifyRefreshToken(read, key, withSalt)).toBe(true)
        expect({ keyId: read.keyId, sid: read.sid, generation: read.generation }).toEqual({
          keyId: written.keyId,
          sid: written.sid,
          generation: written.generation,
        })
        expect(Buffer.compare(read.nonce, written.nonce)).toBe(0)
        expect(Buffer.compare(read.parent, written.parent)).toBe(0)
      }),
    )
  })

  test('has zeros for a parent at the sign-in', () => {
    const first = parseRefreshToken(formatRefreshToken({ ...parts, parent: noParent }, key, salt))!

    expect([...first.parent]).toEqual([0, 0, 0, 0, 0, 0, 0, 0])
  })

  test('cannot be made beyond the last generation of a u32', () => {
    expect(() => formatRefreshToken({ ...parts, generation: 2 ** 32 }, key, salt)).toThrow(RangeError)
  })
})

describe('verifyRefreshToken', () => {
  test('knows its own', () => {
    expect(isGenuine(text)).toBe(true)
  })

  test('refuses the token with any single bit flipped', () => {
    const original = Buffer.from(text, 'base64url')
    const survivors: number[] = []
    for (let bit = 0; bit < original.length * 8; bit++) {
      const flipped = Buffer.from(original)
      flipped[bit >> 3]! ^= 1 << (bit & 7)
      if (isGenuine(flipped.toString('base64url'))) survivors.push(bit)
    }

    expect(original.length * 8).toBe(624)
    expect(survivors).toEqual([])
  })

  test('refuses another session’s salt', () => {
    expect(isGenuine(text, key, randomBytes(16))).toBe(false)
    expect(isGenuine(text, key, new Uint8Array(16))).toBe(false)
  })

  test('refuses another MAC key', () => {
    expect(isGenuine(text, createSecretKey(randomBytes(32)))).toBe(false)
  })

  test('refuses a tag of zeros', () => {
    const bytes = Buffer.from(text, 'base64url')
    bytes.fill(0, 46)

    expect(isGenuine(bytes.toString('base64url'))).toBe(false)
  })
})

describe('parseRefreshToken', () => {
  test.each([
    ['nothing', ''],
    ['a character too few', text.slice(1)],
    ['a character too many', `${text}A`],
    ['padding instead of the end', `${text.slice(0, 103)}=`],
    ['padding after the end', `${text}==`],
    ['a space inside', `${text.slice(0, 50)} ${text.slice(51)}`],
    ['a line break at the end', `${text.slice(0, 103)}\n`],
    ['a NUL inside', `${text.slice(0, 50)}\0${text.slice(51)}`],
    ['a dot inside', `${text.slice(0, 50)}.${text.slice(51)}`],
    ['a letter outside ASCII', `${text.slice(0, 50)}é${text.slice(51)}`],
    // A decoder that keeps only the low byte of a character reads this one as an A.
    ['a letter whose low byte is an A', `A${text.slice(1, 103)}\u0141`],
    ['two halves of an emoji', `${text.slice(0, 102)}😀`],
    ['no base64 at all', '.'.repeat(104)],
  ])('takes no token with %s', (_, candidate) => {
    expect(parseRefreshToken(candidate)).toBeUndefined()
  })

  test('accepts base64url only: + and / are refused', () => {
    const bytes = Buffer.concat([Buffer.from([1, 0]), Buffer.alloc(76, 0xfb)])
    const ours = bytes.toString('base64url')
    const other = bytes.toString('base64')

    expect(parseRefreshToken(ours)).toBeDefined()
    expect(other).toHaveLength(104)
    expect(other).not.toBe(ours)
    expect(parseRefreshToken(other)).toBeUndefined()
  })

  test('rejects every encoding that is not canonical', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 103 }),
        fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 }),
        (at, sign) => {
          const candidate = text.slice(0, at) + sign + text.slice(at + 1)
          const read = parseRefreshToken(candidate)

          if (!read) return
          expect(Buffer.concat([read.signed, read.tag]).toString('base64url')).toBe(candidate)
        },
      ),
      { numRuns: 2000 },
    )
  })

  test.each([0, 2, 255])('rejects a token of version %d', (version) => {
    const bytes = Buffer.from(text, 'base64url')
    bytes[0] = version

    expect(parseRefreshToken(bytes.toString('base64url'))).toBeUndefined()
  })
})
