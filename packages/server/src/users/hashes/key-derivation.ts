import { pbkdf2 as derivePbkdf2, scrypt as deriveScrypt, randomBytes, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import { checkOptionNames } from '../../input/option-names.js'
import type { HashKind } from './hash-kind.js'

/** A stored derived key, and the function that derives one with the same parameters. */
interface DerivedKey {
  readonly key: Buffer
  derive(password: string): Promise<Buffer>
}

const scryptKey = promisify<string, Buffer, number, object, Buffer>(deriveScrypt)
const pbkdf2Key = promisify(derivePbkdf2)

/** Maximum cost of a check, so that a hash written by somebody else cannot block the server. */
const maxMemory = 256 * 2 ** 20
const maxRounds = 10_000_000

/** Bytes. A key that was truncated by a short column would match too many passwords. */
const minKeyBytes = 16

/** Options of `scrypt`. An unknown name is refused. */
export interface ScryptOptions {
  /** Log2 of the usual cost, which is used for unknown people too. Default 15. */
  readonly ln?: number
}

/** Options of `pbkdf2`. An unknown name is refused. */
export interface Pbkdf2Options {
  /** The usual number of iterations, which is used for unknown people too. Default 600000. */
  readonly rounds?: number
}

/** PHC strings `$scrypt$ln=15,r=8,p=1$salt$key`, in Base64. @throws TypeError that names the option */
export function scrypt(options: ScryptOptions = {}): HashKind {
  checkOptionNames('scrypt', options, { ln: true })
  const { ln: defaultLn = 15 } = options
  if (!(Number.isInteger(defaultLn) && defaultLn >= 1 && defaultLn <= 18))
    throw new TypeError('scrypt.ln must be from 1 to 18')
  const form = /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,3}),p=(\d{1,3})\$([A-Za-z0-9+/.]+)\$([A-Za-z0-9+/.]+)$/
  const salt = randomBytes(16).toString('base64').replaceAll('=', '')
  return derivedKeyHash('scrypt', `$scrypt$ln=${defaultLn},r=8,p=1$${salt}$${dummyKey()}`, (hash) => {
    const [, ln, r, p, saltText, keyText] = form.exec(hash) ?? []
    if (!saltText || !keyText) return undefined
    const [N, blockSize] = [2 ** Number(ln), Number(r)]
    if (128 * N * blockSize > maxMemory || Number(p) > 16) return undefined
    const key = bytesOf(keyText)
    const options = { N, r: blockSize, p: Number(p), maxmem: 2 * maxMemory }
    return { key, derive: (password) => scryptKey(password, bytesOf(saltText), key.length, options) }
  })
}

/**
 * PHC strings `$pbkdf2-sha256$i=600000$salt$key`, passlib's `$pbkdf2-sha256$29000$salt$key`, and Django's
 * `pbkdf2_sha256$600000$salt$key`. SHA-1, SHA-256 and SHA-512.
 *
 * @throws TypeError that names the option
 */
export function pbkdf2(options: Pbkdf2Options = {}): HashKind {
  checkOptionNames('pbkdf2', options, { rounds: true })
  const { rounds: defaultRounds = 600_000 } = options
  if (!(Number.isInteger(defaultRounds) && defaultRounds >= 1 && defaultRounds <= maxRounds)) {
    throw new TypeError(`pbkdf2.rounds must be from 1 to ${maxRounds}`)
  }
  const phc = /^\$pbkdf2-(sha1|sha256|sha512)\$(?:i=)?(\d{1,8})(?:,l=\d+)?\$([A-Za-z0-9+/.]+)\$([A-Za-z0-9+/.]+)$/
  const django = /^pbkdf2_(sha1|sha256|sha512)\$(\d{1,8})\$([^$]+)\$([A-Za-z0-9+/]+={0,2})$/
  const salt = randomBytes(16).toString('hex')
  return derivedKeyHash('pbkdf2', `pbkdf2_sha256$${defaultRounds}$${salt}$${dummyKey()}`, (hash) => {
    const [, digest, rounds, saltText, keyText] = phc.exec(hash) ?? django.exec(hash) ?? []
    if (!digest || !saltText || !keyText || !(Number(rounds) >= 1 && Number(rounds) <= maxRounds)) return undefined
    // Django's salt is a string, PHC's are bytes.
    const bytes = hash.startsWith('$') ? bytesOf(saltText) : Buffer.from(saltText)
    const key = bytesOf(keyText)
    return { key, derive: (password) => pbkdf2Key(password, bytes, Number(rounds), key.length, digest) }
  })
}

function derivedKeyHash(name: string, dummy: string, read: (hash: string) => DerivedKey | undefined): HashKind {
  const readValid = (hash: string) => {
    const stored = read(hash)
    return stored && stored.key.length >= minKeyBytes ? stored : undefined
  }
  return {
    name,
    dummy,
    recognizes: (hash) => readValid(hash) !== undefined,
    async verify({ hash }, password) {
      const stored = readValid(hash)
      if (!stored) return false
      const derived = await stored.derive(password)
      return timingSafeEqual(derived, stored.key)
    },
  }
}

function dummyKey(): string {
  return randomBytes(32).toString('base64').replaceAll('=', '')
}

/** passlib writes `.` for `+`. */
function bytesOf(base64: string): Buffer {
  return Buffer.from(base64.replaceAll('.', '+'), 'base64')
}
