import { randomBytes } from 'node:crypto'
import { availableParallelism } from 'node:os'
import * as nodeRsArgon2 from '@node-rs/argon2'
import { AnswerError } from '../answer-error.js'
import { checkOptionNames } from '../option-names.js'
import { limitConcurrency } from './concurrency-limit.js'

/** Hashes and checks passwords with argon2id (RFC 9106), a bounded number at a time. */
export interface Passwords {
  /** @returns a PHC string. @throws AnswerError `invalid_request` where the password cannot be hashed as it stands. */
  hash(password: string): Promise<string>
  /**
   * Whether the password fits. With null, for an unknown user, it answers false after the very same work: one run with
   * the parameters of a new hash. A hash that cannot be read counts as null.
   */
  verify(hash: string | null, password: string): Promise<boolean>
  /** Whether a hash was made with other parameters than a new one would be. */
  needsRehash(hash: string): boolean
}

export interface PasswordsOptions {
  /**
   * Runs at once. Default: the processor's cores less one, and never all threads of libuv's pool, since file, DNS and
   * key-generation work waits for the same threads.
   */
  readonly concurrency?: number
  /** Calls that may wait for a run; who comes later is answered 503 with Retry-After. Default 64. */
  readonly queue?: number
  /** Memory of a run in KiB. Default 19456, OWASP's recommendation for two passes. */
  readonly memory?: number
  /** Passes over the memory. Default 2. */
  readonly passes?: number
}

/** The few functions that are asked of an argon2 library. */
export type Argon2 = Pick<typeof nodeRsArgon2, 'hash' | 'verify'>

/** The longest password that is looked at, in bytes of UTF-8: hashing must not become work that the caller sets. */
export const maximumPasswordBytes = 1024

const known: Readonly<Record<keyof PasswordsOptions, true>> = {
  concurrency: true,
  queue: true,
  memory: true,
  passes: true,
}

const saltLength = 16
const outputLength = 32
const lanes = 1
const argon2id = 2

/**
 * Passwords are hashed exactly as they were received, without Unicode normalisation (ASVS 5.0 6.2.8).
 *
 * @throws TypeError that names the option. Both functions reject with AnswerError `service_unavailable` when the queue is
 * full.
 */
export function createPasswords(options: PasswordsOptions = {}, argon2: Argon2 = nodeRsArgon2): Passwords {
  checkOptionNames('passwords', options, known)
  const most = Math.max(1, threadsOfLibuv() - 1)
  const usual = Math.min(Math.max(1, availableParallelism() - 1), most)
  const concurrency = wholeNumber('concurrency', options.concurrency ?? usual, 1, most)
  const queue = wholeNumber('queue', options.queue ?? 64, 0, 10_000)
  const memoryCost = wholeNumber('memory', options.memory ?? 19_456, 8, 2 ** 22)
  const timeCost = wholeNumber('passes', options.passes ?? 2, 1, 100)

  const parameters = { algorithm: argon2id, memoryCost, timeCost, parallelism: lanes, outputLen: outputLength }
  const limit = limitConcurrency(concurrency, queue, busy)
  // Nobody knows a password for a random digest, so the dummy costs no run of its own to make.
  const phc = (bytes: number) => randomBytes(bytes).toString('base64').replaceAll('=', '')
  const dummy = `$argon2id$v=19$m=${memoryCost},t=${timeCost},p=${lanes}$${phc(saltLength)}$${phc(outputLength)}`

  return {
    async hash(password) {
      if (!isHashable(password)) {
        throw new AnswerError(
          'invalid_request',
          `password: expected at most ${maximumPasswordBytes} bytes of Unicode text`,
        )
      }
      return limit.run(() => argon2.hash(password, { ...parameters, salt: randomBytes(saltLength) }))
    },

    async verify(hash, password) {
      if (!isHashable(password)) return false
      const readable = hash !== null && parametersOf(hash) !== null
      const fits = await limit.run(() => argon2.verify(readable ? hash : dummy, password))
      return readable && fits
    },

    needsRehash(hash) {
      const made = parametersOf(hash)
      if (!made || made.version !== versionNumber || made.saltLen < saltLength) return true
      return Object.entries(parameters).some(([name, value]) => made[name as keyof typeof made] !== value)
    },
  }
}

/** `Version.V0x13` of the library, whose const enum cannot be read from a file that is compiled alone. */
const versionNumber = 1

function parametersOf(hash: string): nodeRsArgon2.ParsedHashOptions | null {
  try {
    return nodeRsArgon2.parseOptions(hash)
  } catch {
    return null
  }
}

/** Lone surrogates all become U+FFFD in UTF-8, so that different passwords would be one. */
function isHashable(password: string): boolean {
  return Buffer.byteLength(password) <= maximumPasswordBytes && !/\p{Surrogate}/u.test(password)
}

function busy(): AnswerError {
  return new AnswerError('service_unavailable', 'too many passwords are being checked just now', { retryAfter: 1 })
}

/** libuv reads the variable once, before its first use of the pool; 4 threads without it. */
function threadsOfLibuv(): number {
  const asked = Number.parseInt(process.env.UV_THREADPOOL_SIZE ?? '4', 10)
  return Number.isNaN(asked) ? 1 : Math.min(Math.max(1, asked), 1024)
}

function wholeNumber(name: string, value: number, least: number, most: number): number {
  if (Number.isInteger(value) && value >= least && value <= most) return value
  throw new TypeError(`passwords.${name} must be a whole number from ${least} to ${most}`)
}
