import { createHash, timingSafeEqual } from 'node:crypto'
import { checkOptionNames } from '../../input/option-names.js'
import { type Charset, encode } from './charset.js'
import type { HashKind, StoredHash } from './hash-kind.js'

/** Options of `md5`, `sha1`, `sha256` and `sha512`. An unknown name is refused. */
export interface DigestOptions {
  /** Position of the column `salt` relative to the password. Default: there is no salt. */
  readonly salt?: 'before' | 'after'
  /** Whether the hexadecimal digest is hashed again with the salt: `md5(md5(password) + salt)`. Default false. */
  readonly double?: boolean
  /**
   * Secret strings that were appended to the password, newest first. Add an empty one for hashes from before there was a pepper.
   * Default: none.
   */
  readonly peppers?: readonly (string | undefined)[]
  /** Character sets in which the pages of the old system sent passwords. Default `['utf-8']`. */
  readonly encodings?: readonly Charset[]
  /**
   * Whether an old page sends the hexadecimal digest instead of the password, while a new page sends the password. Once a person has
   * signed in with the password, the digest is refused. Until then, anyone with a copy of the table can sign in with an unsalted hash,
   * except with `double`. Default false.
   */
  readonly hashedInBrowser?: boolean
}

type Algorithm = 'md5' | 'sha1' | 'sha256' | 'sha512'

const digits: Readonly<Record<Algorithm, number>> = { md5: 32, sha1: 40, sha256: 64, sha512: 128 }
const optionNames: Readonly<Record<keyof DigestOptions, true>> = {
  salt: true,
  double: true,
  peppers: true,
  encodings: true,
  hashedInBrowser: true,
}

/** Hexadecimal MD5, in either case. @throws TypeError that names the option */
export const md5 = (options: DigestOptions = {}) => digestHash('md5', options)
/** Hexadecimal SHA-1. @throws TypeError that names the option */
export const sha1 = (options: DigestOptions = {}) => digestHash('sha1', options)
/** Hexadecimal SHA-256. @throws TypeError that names the option */
export const sha256 = (options: DigestOptions = {}) => digestHash('sha256', options)
/** Hexadecimal SHA-512. @throws TypeError that names the option */
export const sha512 = (options: DigestOptions = {}) => digestHash('sha512', options)

function digestHash(algorithm: Algorithm, options: DigestOptions): HashKind {
  checkOptionNames(algorithm, options, optionNames)
  const { salt, double = false, peppers = [''], encodings = ['utf-8'], hashedInBrowser = false } = options
  checkPeppers(algorithm, peppers)
  checkEncodings(algorithm, encodings)
  if (salt !== undefined && salt !== 'before' && salt !== 'after') {
    throw new TypeError(`${algorithm}.salt must be 'before' or 'after'`)
  }
  const form = new RegExp(`^[0-9a-f]{${digits[algorithm]}}$`, 'i')
  const hex = (bytes: Buffer) => createHash(algorithm).update(bytes).digest('hex')
  const salted = (bytes: Buffer, value: string) =>
    Buffer.concat(salt === 'before' ? [Buffer.from(value), bytes] : [bytes, Buffer.from(salt ? value : '')])
  const finish = (digest: string, value: string) => (double ? hex(salted(Buffer.from(digest), value)) : digest)

  /** Every digest that the old system could have made of this password. */
  function* candidates(password: string, value: string): Generator<string> {
    for (const charset of encodings) {
      for (const pepper of peppers) {
        const bytes = encode(password + pepper, charset)
        if (bytes) yield finish(hex(double ? bytes : salted(bytes, value)), value)
      }
    }
  }

  return {
    name: algorithm,
    recognizes: (hash) => form.test(hash),
    verify({ hash, salt: value }: StoredHash, password) {
      for (const candidate of candidates(password, value)) if (isEqual(candidate, hash)) return true
      if (!hashedInBrowser || !form.test(password)) return false
      return isEqual(finish(password.toLowerCase(), value), hash) && 'digest'
    },
  }
}

function isEqual(candidate: string, hash: string): boolean {
  return timingSafeEqual(Buffer.from(candidate), Buffer.from(hash.toLowerCase()))
}

function checkPeppers(path: string, peppers: readonly unknown[]): asserts peppers is readonly string[] {
  if (!Array.isArray(peppers) || peppers.length === 0) throw new TypeError(`${path}.peppers must be a list of strings`)
  const missing = peppers.findIndex((pepper) => typeof pepper !== 'string')
  // Without the pepper every password would be wrong.
  if (missing >= 0) throw new TypeError(`${path}.peppers[${missing}] is missing: is the environment variable set?`)
}

function checkEncodings(path: string, encodings: readonly unknown[]): asserts encodings is readonly string[] {
  if (!Array.isArray(encodings) || encodings.length === 0 || !encodings.every((one) => typeof one === 'string')) {
    throw new TypeError(`${path}.encodings must be a list such as ['utf-8', 'gbk']`)
  }
  for (const charset of encodings) encode('', charset)
}
