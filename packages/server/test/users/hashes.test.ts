import { createHash, pbkdf2Sync, scryptSync } from 'node:crypto'
import * as library from '@node-rs/bcrypt'
import { describe, expect, test } from 'vitest'
import { bcrypt } from '../../src/users/hashes/bcrypt.js'
import { encode } from '../../src/users/hashes/charset.js'
import { md5, sha1, sha256, sha512 } from '../../src/users/hashes/digest.js'
import type { HashKind } from '../../src/users/hashes/hash-kind.js'
import { pbkdf2, scrypt } from '../../src/users/hashes/key-derivation.js'

const hex = (algorithm: string, data: string | Buffer) => createHash(algorithm).update(data).digest('hex')
const fits = async (kind: HashKind, hash: string, password: string, salt = '') => {
  expect(kind.recognizes(hash)).toBe(true)
  return kind.verify({ hash, salt }, password)
}

/** GBK for 密码1 and 两个, from the tables of the standard GB 18030. */
const gbk = { password: Buffer.from('c3dcc2eb31', 'hex'), two: Buffer.from('c1bdb8f6', 'hex') }

describe('MD5, SHA-1, SHA-256 and SHA-512', () => {
  test.each([
    ['md5', md5],
    ['sha1', sha1],
    ['sha256', sha256],
    ['sha512', sha512],
  ] as const)(
    '%s of the right password fits, in either case of its digits, and of another does not',
    async (name, kind) => {
      const hash = hex(name, '密码 🔑')
      expect(await fits(kind(), hash, '密码 🔑')).toBe(true)
      expect(await fits(kind(), hash.toUpperCase(), '密码 🔑')).toBe(true)
      expect(await fits(kind(), hash, '密码 🔒')).toBe(false)
      expect(kind().recognizes(hash.slice(1))).toBe(false)
    },
  )

  test('a salt goes before or after the password', async () => {
    expect(await fits(md5({ salt: 'before' }), hex('md5', 'saltpassword'), 'password', 'salt')).toBe(true)
    expect(await fits(md5({ salt: 'after' }), hex('md5', 'passwordsalt'), 'password', 'salt')).toBe(true)
    expect(await fits(md5({ salt: 'after' }), hex('md5', 'passwordsalt'), 'password', 'tlas')).toBe(false)
  })

  test('a double digest takes the salt at its second pass', async () => {
    const hash = hex('md5', `${hex('md5', 'password')}salt`)
    expect(await fits(md5({ double: true, salt: 'after' }), hash, 'password', 'salt')).toBe(true)
    expect(await fits(md5({ double: true }), hex('md5', hex('md5', 'password')), 'password')).toBe(true)
  })

  test('a password from a page in GBK fits, and one in UTF-8 too', async () => {
    const kind = md5({ encodings: ['utf-8', 'gbk'] })
    expect(await fits(kind, hex('md5', gbk.password), '密码1')).toBe(true)
    expect(await fits(kind, hex('md5', '密码1'), '密码1')).toBe(true)
    expect(await fits(md5(), hex('md5', gbk.password), '密码1')).toBe(false)
  })

  test('a character that a character set lacks is no question mark', async () => {
    const kind = md5({ encodings: ['windows-1252'] })
    expect(encode('两个', 'gbk')).toEqual(gbk.two)
    expect(encode('两个', 'windows-1252')).toBeUndefined()
    expect(await fits(kind, hex('md5', '??'), '两个')).toBe(false)
    expect(await fits(kind, hex('md5', Buffer.from('caf\xe9', 'latin1')), 'café')).toBe(true)
  })

  test('peppers are tried one after the other, the empty one too', async () => {
    const kind = sha1({ peppers: ['new pepper', 'old pepper', ''] })
    expect(await fits(kind, hex('sha1', 'passwordold pepper'), 'password')).toBe(true)
    expect(await fits(kind, hex('sha1', 'password'), 'password')).toBe(true)
    expect(await fits(kind, hex('sha1', 'passwordlost pepper'), 'password')).toBe(false)
  })

  test('an old page that hashes in the browser is distinguished from a new one', async () => {
    const kind = md5({ hashedInBrowser: true })
    const hash = hex('md5', 'password')
    expect(await fits(kind, hash, hash)).toBe('digest')
    expect(await fits(kind, hash, 'password')).toBe(true)
    expect(await fits(md5(), hash, hash)).toBe(false)
    const salted = hex('md5', `${hash}salt`)
    expect(await fits(md5({ hashedInBrowser: true, double: true, salt: 'after' }), salted, hash, 'salt')).toBe('digest')
  })

  test.each([
    [{ pepers: ['x'] }, 'pepers'],
    [{ peppers: [undefined] }, 'peppers[0] is missing'],
    [{ peppers: [] }, 'peppers'],
    [{ encodings: ['gbkk'] }, 'gbkk'],
    [{ salt: 'between' }, 'salt'],
  ])('%j is refused at start', (options, named) => {
    expect(() => md5(options as never)).toThrow(named)
  })
})

describe('bcrypt', () => {
  const kind = bcrypt({ compare: library.verify, cost: 4 })

  test.each(['$2a$', '$2b$', '$2y$'])('a hash with the prefix %s fits', async (prefix) => {
    const hash = (await library.hash('密码 1', { cost: 4 })).replace(/^\$2b\$/, prefix)
    expect(await fits(kind, hash, '密码 1')).toBe(true)
    expect(await fits(kind, hash, '密码 2')).toBe(false)
  })

  test('nothing fits its dummy, and the library can read it', async () => {
    expect(await fits(kind, kind.dummy!, 'password')).toBe(false)
  })

  test('a bcrypt hash with a cost of minutes is not recognised', () => {
    expect(kind.recognizes(kind.dummy!.replace('$04$', '$31$'))).toBe(false)
  })

  test('an unknown prefix is no hash of bcrypt', async () => {
    expect(kind.recognizes((await library.hash('password', { cost: 4 })).replace('$2b$', '$2z$'))).toBe(false)
  })
})

describe('scrypt and PBKDF2', () => {
  const base64 = (bytes: Buffer) => bytes.toString('base64').replaceAll('=', '')
  const salt = Buffer.from('0123456789abcdef')

  test('a PHC string of scrypt fits', async () => {
    const key = scryptSync('密码', salt, 32, { N: 2 ** 10, r: 8, p: 1 })
    const hash = `$scrypt$ln=10,r=8,p=1$${base64(salt)}$${base64(key)}`
    expect(await fits(scrypt(), hash, '密码')).toBe(true)
    expect(await fits(scrypt(), hash, '密')).toBe(false)
    expect(await fits(scrypt(), scrypt().dummy!, '密')).toBe(false)
  })

  test.each([
    ['$pbkdf2-sha256$1000$c2FsdHNhbHQ$A', pbkdf2()],
    ['pbkdf2_sha256$1000$salt$AAAA', pbkdf2()],
    ['$scrypt$ln=10,r=8,p=1$c2FsdHNhbHQ$A', scrypt()],
  ])('a hash that was cut fits no password: %s', async (hash, kind) => {
    expect(kind.recognizes(hash)).toBe(false)
    expect(await kind.verify({ hash, salt: '' }, 'anything')).toBe(false)
  })

  test('the work for unknown people is what most hashes cost', () => {
    expect(pbkdf2({ rounds: 36_000 }).dummy).toContain('$36000$')
    expect(scrypt({ ln: 14 }).dummy).toContain('ln=14')
    expect(() => pbkdf2({ rounds: 0 })).toThrow('pbkdf2.rounds must be from 1')
    expect(() => scrypt({ lan: 14 } as never)).toThrow('did you mean')
  })

  test('parameters that would take all memory are no hash', () => {
    expect(scrypt().recognizes(`$scrypt$ln=30,r=8,p=1$${base64(salt)}$AAAA`)).toBe(false)
    expect(pbkdf2().recognizes(`$pbkdf2-sha256$i=99999999$${base64(salt)}$AAAA`)).toBe(false)
  })

  test.each(['sha1', 'sha256', 'sha512'])('PHC, passlib and Django hashes of PBKDF2 with %s fit', async (digest) => {
    const key = pbkdf2Sync('密码', salt, 1000, 32, digest)
    const hashes = [
      `$pbkdf2-${digest}$i=1000$${base64(salt)}$${base64(key)}`,
      `$pbkdf2-${digest}$1000$${base64(salt).replaceAll('+', '.')}$${base64(key).replaceAll('+', '.')}`,
      `pbkdf2_${digest}$1000$${salt}$${key.toString('base64')}`,
    ]
    for (const hash of hashes) {
      expect(await fits(pbkdf2(), hash, '密码')).toBe(true)
      expect(await fits(pbkdf2(), hash, '密')).toBe(false)
    }
  })
})
