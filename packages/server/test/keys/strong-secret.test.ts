import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { requireStrongSecret } from '../../src/keys/strong-secret.js'
import { messageOf } from '../harness/error-message.js'
import { randomSecret } from '../harness/secrets.js'

describe('requireStrongSecret', () => {
  it.each([
    ['nothing', undefined],
    ['a number', 42 as unknown as string],
    ['31 bytes', randomSecret().slice(0, 31)],
    ['a word repeated', 'changeme'.repeat(8)],
    ['one letter', 'a'.repeat(64)],
    ['zeros', new Uint8Array(64)],
  ])('refuses %s, names the option and never quotes it', (_, secret) => {
    const message = messageOf(() => requireStrongSecret(secret, 'secrets.seal'))

    expect(message).toMatch(/^secrets\.seal /)
    if (typeof secret === 'string') expect(message).not.toContain(secret.slice(0, 12))
  })

  it.each([
    'please-change-this-secret-in-production',
    'PLEASE CHANGE THIS BEFORE YOU GO LIVE',
    'ChangeThisSecretInProduction2026!!!',
    'mypassword-0123456789-ABCDEF-abcdef',
    'your-256-bit-key-goes-here-and-nowhere-else',
    'The quick brown fox jumps over the lazy dog.',
    'correct horse battery staple and so on',
    'abcdefghijklmnopqrstuvwxyzabcdefghijkl',
  ])('refuses words that somebody typed, as a string and as bytes, and never quotes them: %s', (secret) => {
    for (const given of [secret, Buffer.from(secret)]) {
      const message = messageOf(() => requireStrongSecret(given, 'secrets.seal'))

      expect(message).toMatch(
        /^secrets\.seal is a placeholder or a phrase: expected random bytes, such as from "openssl/,
      )
      for (const word of secret.split(/[^a-z0-9]+/i)) if (word.length > 6) expect(message).not.toContain(word)
    }
  })

  it('accepts random bytes in every usual encoding', () => {
    for (let round = 0; round < 2000; round++) {
      const bytes = randomBytes(32)
      const encoded = (['base64', 'base64url', 'hex'] as const).map((encoding) => bytes.toString(encoding))
      for (const secret of [bytes, ...encoded]) expect(() => requireStrongSecret(secret, 'x')).not.toThrow()
    }
  })

  it('accepts strings and bytes of 32 bytes and more', () => {
    const text = randomSecret()

    expect(requireStrongSecret(text, 'x')).toEqual(Buffer.from(text))
    expect(requireStrongSecret(Buffer.from(text, 'base64'), 'x')).toHaveLength(48)
  })
})
