import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decodeBase64url } from '../../src/token/base64url.js'

test('encoded bytes are decoded unchanged', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      expect(decodeBase64url(Buffer.from(bytes).toString('base64url'))).toEqual(bytes)
    }),
  )
})

test('only the canonical encoding is decoded', () => {
  const text = fc.string({ unit: fc.constantFrom(...'AQgwZ0_-=+/. \n'), maxLength: 9 })
  fc.assert(
    fc.property(text, (candidate) => {
      const bytes = decodeBase64url(candidate)
      const canonical = Buffer.from(candidate, 'base64url').toString('base64url') === candidate
      expect(bytes !== undefined).toBe(canonical)
    }),
    { numRuns: 2000 },
  )
})
