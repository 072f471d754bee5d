import { randomBytes } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import {
  developmentSecrets,
  type RefreshKey,
  readGuardCredentials,
  readMacKeys,
  readSecrets,
  requireDistinct,
  requireStrongSecret,
} from '../../src/keys/secrets.js'
import { randomSecret } from '../harness/secrets.js'

function messageOf(act: () => unknown): string {
  try {
    act()
  } catch (error) {
    expect(error).toBeInstanceOf(TypeError)
    return (error as Error).message
  }
  throw new Error('nothing was thrown')
}

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'sessionward-'))
  onTestFinished(() => rmSync(path, { recursive: true, force: true }))
  return path
}

describe('readMacKeys', () => {
  const key = (id: number, state: RefreshKey['state'] = 'listed'): RefreshKey => ({ id, secret: randomSecret(), state })

  it('mints with the one key that is minting and knows the listed ones', () => {
    const keys = readMacKeys([key(7), key(255, 'minting'), key(0, 'retired')])

    expect(keys.minting.id).toBe(255)
    expect(keys.find(255)).toBe(keys.minting.key)
    expect(keys.find(7)).toMatchObject({ type: 'secret' })
    expect(keys.find(0)).toBe('retired')
    expect(keys.find(8)).toBe('unknown')
  })

  it('needs no secret any more for a retired key', () => {
    const retired = { id: 1, state: 'retired' } as unknown as RefreshKey

    expect(readMacKeys([retired, key(2, 'minting')]).find(1)).toBe('retired')
  })

  it.each([
    ['no key at all', []],
    ['no key that mints', [key(1)]],
    ['two keys that mint', [key(1, 'minting'), key(2, 'minting')]],
    ['one id twice', [key(1, 'minting'), key(1)]],
    ['an id over 255', [key(256, 'minting')]],
    ['a negative id', [key(-1, 'minting')]],
    ['an id that is not whole', [key(1.5, 'minting')]],
    ['an id that is a string', [{ ...key(1, 'minting'), id: '1' as unknown as number }]],
    ['a state that there is not', [key(1, 'minting'), key(2, 'mintin' as RefreshKey['state'])]],
    ['a hole in the list', [key(1, 'minting'), null as unknown as RefreshKey]],
    ['a string instead of a list', 'secret' as unknown as RefreshKey[]],
    ['nothing', undefined as unknown as RefreshKey[]],
  ])('refuses %s, and names secrets.refresh', (_, keys) => {
    expect(messageOf(() => readMacKeys(keys))).toMatch(/^secrets\.refresh/)
  })

  it('makes another key of another secret', () => {
    const [one, other] = [key(1, 'minting'), key(1, 'minting')].map((made) => readMacKeys([made]).minting.key.export())

    expect(one).not.toEqual(other)
  })
})

describe('strongSecret', () => {
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
      const spelt = (['base64', 'base64url', 'hex'] as const).map((encoding) => bytes.toString(encoding))
      for (const secret of [bytes, ...spelt]) expect(() => requireStrongSecret(secret, 'x')).not.toThrow()
    }
  })

  it('accepts strings and bytes of 32 bytes and more', () => {
    const text = randomSecret()

    expect(requireStrongSecret(text, 'x')).toEqual(Buffer.from(text))
    expect(requireStrongSecret(Buffer.from(text, 'base64'), 'x')).toHaveLength(48)
  })
})

describe('readGuardCredentials', () => {
  it('tells a credential of the list from every other text', () => {
    const [one, other] = [randomSecret(), randomSecret()]
    const isGuard = readGuardCredentials([one, other])

    expect([one, other].map(isGuard)).toEqual([true, true])
    expect([`${one} `, one.slice(1), '', randomSecret()].map(isGuard)).toEqual([false, false, false, false])
  })

  it('accepts no credential if none is listed', () => {
    expect(readGuardCredentials()('')).toBe(false)
  })

  it.each([
    ['a short one', ['short']],
    ['one that no header carries', [`${randomSecret()}ü`]],
    ['one with a space', [`${randomSecret()} x`]],
    ['no text', [undefined as unknown as string]],
    ['a string instead of a list', randomSecret() as unknown as string[]],
  ])('refuses %s, and names secrets.guards', (_, guards) => {
    expect(messageOf(() => readGuardCredentials(guards))).toMatch(/^secrets\.guards/)
  })
})

describe('readSecrets', () => {
  const guards = [randomSecret()]

  it('adds the secrets of development to guards that stand alone', () => {
    const data = folder()

    expect(readSecrets({ guards }, 'development', data)).toEqual({ ...developmentSecrets(data), guards })
    expect(readSecrets(undefined, 'development', data).seal).toBe(developmentSecrets(data).seal)
  })

  it.each([
    ['production', { guards }, 'secrets.seal is missing'],
    ['production', undefined, 'secrets is missing: production needs'],
    ['development', { guards, refresh: [] }, 'secrets.seal is missing'],
  ] as const)('makes none up in %s where %#', (mode, given, said) => {
    const data = folder()

    expect(messageOf(() => readSecrets(given, mode, data))).toContain(said)
    expect(readdirSync(data)).toEqual([])
  })

  it('does not take for a guard credential what development keeps for itself', () => {
    const data = folder()
    const { seal } = developmentSecrets(data)

    expect(messageOf(() => readSecrets({ guards: [String(seal)] }, 'development', data))).toContain(
      'must all be different',
    )
  })
})

describe('developmentSecrets', () => {
  it('makes secrets once, in a file for its owner alone, and finds them again', () => {
    const path = folder()

    const made = developmentSecrets(join(path, 'data'))

    expect(developmentSecrets(join(path, 'data'))).toEqual(made)
    const [file] = readdirSync(join(path, 'data'))
    expect(readdirSync(join(path, 'data'))).toHaveLength(1)
    expect(statSync(join(path, 'data', file!)).mode & 0o777).toBe(0o600)
    expect(() => readMacKeys(made.refresh)).not.toThrow()
    expect(() => requireStrongSecret(made.seal, 'seal')).not.toThrow()
  })

  it('makes others elsewhere', () => {
    expect(developmentSecrets(folder())).not.toEqual(developmentSecrets(folder()))
  })

  it.each([
    ['half of a file', (text: string) => text.slice(0, 60)],
    ['no object', () => 'null'],
    ['a member that is missing', (text: string) => text.replace('seal', 'sael')],
  ])('does not quote a file that holds %s', (_, spoil) => {
    const path = folder()
    developmentSecrets(path)
    const file = join(path, readdirSync(path)[0]!)
    const text = readFileSync(file, 'utf8')
    writeFileSync(file, spoil(text))

    const message = messageOf(() => developmentSecrets(path))

    expect(message).toContain('delete it to create new ones')
    const { refresh, seal } = JSON.parse(text) as Record<string, string>
    for (const secret of [refresh!, seal!]) expect(message).not.toContain(secret.slice(0, 8))
  })
})

it('refuses a secret that has two jobs, and does not quote it', () => {
  const [one, other] = ['a secret with forty characters of its own', 'another one, as long and as random as that']
  const refresh = [{ id: 1, secret: one, state: 'minting' }] as const

  const messages = [
    { refresh, seal: one },
    { refresh, seal: other, guards: [one] },
    { refresh, seal: other, guards: [other] },
  ].map((secrets) => messageOf(() => requireDistinct(secrets)))

  for (const message of messages) {
    expect(message).toMatch(/^secrets: refresh, seal and guards must all be different/)
    expect(message).not.toContain(one)
  }
  expect(() =>
    requireDistinct({ refresh, seal: other, guards: ['a third one that nothing else is made of'] }),
  ).not.toThrow()
})
