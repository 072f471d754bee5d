import { randomBytes } from 'node:crypto'
import { availableParallelism } from 'node:os'
import * as nodeRsArgon2 from '@node-rs/argon2'
import { AnswerError } from '../answer-error.js'
import { checkOptionNames } from '../input/option-names.js'
import { type ConcurrencyLimit, createConcurrencyLimit, createNestedLimit } from './hashing-queue.js'
import { isTooLong, maxPasswordBytes } from './password-length.js'

/** Hashes and verifies passwords with argon2id (RFC 9106), a limited number at a time. */
export interface Passwords {
  /** @returns a PHC string. @throws AnswerError `invalid_request` if the password is too long or not valid Unicode. */
  hash(password: string): Promise<string>
  /**
   * Like {@link hash}, but with at most a quarter of the concurrency and of the queue, so that a flood of registrations cannot block
   * sign-ins.
   */
  hashForRegistration(password: string): Promise<string>
  /**
   * Whether the password matches. For null, an unreadable hash or one that takes too much work it returns false after the same
   * work: one run with the parameters of a new hash.
   */
  verify(hash: string | null, password: string): Promise<boolean>
  /** Runs other expensive work, such as the check of a legacy hash, under the same limit. */
  run<T>(task: () => Promise<T>): Promise<T>
  /** Whether a new hash would be stronger: another algorithm, or less work (memory times passes). */
  needsRehash(hash: string): boolean
}

/** Resources of password hashing (argon2id, RFC 9106). An unknown name is refused. */
export interface PasswordsOptions {
  /**
   * Maximum number of hashes at a time. Default: one less than the number of cores, and never all threads of libuv's pool,
   * because file, DNS and key-generation work needs the same threads.
   */
  readonly concurrency?: number
  /** Maximum number of queued calls. Further ones, and those that wait for 4 seconds, are answered 503 with Retry-After. Default 256. */
  readonly queue?: number
  /** Memory of one hash in KiB. Default 19456, OWASP's recommendation for two passes. */
  readonly memory?: number
  /** Passes over the memory. Default 2. */
  readonly passes?: number
}

/** The functions of the argon2 library that are used. */
export type Argon2 = Pick<typeof nodeRsArgon2, 'hash' | 'verify'>

const optionNames: Readonly<Record<keyof PasswordsOptions, true>> = {
  concurrency: true,
  queue: true,
  memory: true,
  passes: true,
}

/**
 * What checking a hash of other parameters may cost: memory in KiB, and that times passes. It is what the most expensive hashes
 * of libsodium take, several seconds. A hash in a table that somebody else can write must not stop the server.
 */
const costLimit = { memory: 2 ** 21, work: 2 ** 22 } as const

const saltLength = 16
const outputLength = 32
const parallelism = 1
const argon2id = 2

/**
 * Passwords are hashed exactly as received, without Unicode normalisation (ASVS 5.0 6.2.8).
 *
 * @throws TypeError that names the option. Hashing and verifying reject with AnswerError `service_unavailable`
 * when the queue is full.
 */
export function createPasswords(options: PasswordsOptions = {}, argon2: Argon2 = nodeRsArgon2): Passwords {
  checkOptionNames('passwords', options, optionNames)
  const maxConcurrency = Math.max(1, libuvThreads() - 1)
  const defaultConcurrency = Math.min(Math.max(1, availableParallelism() - 1), maxConcurrency)
  const concurrency = wholeNumber('concurrency', options.concurrency ?? defaultConcurrency, 1, maxConcurrency)
  const queue = wholeNumber('queue', options.queue ?? 256, 0, 10_000)
  const memoryCost = wholeNumber('memory', options.memory ?? 19_456, 8, 2 ** 22)
  const timeCost = wholeNumber('passes', options.passes ?? 2, 1, 100)

  const parameters = { algorithm: argon2id, memoryCost, timeCost, parallelism: parallelism, outputLen: outputLength }
  const limit = createConcurrencyLimit(concurrency, queue, queueFullError)
  const registrations = createNestedLimit(limit, Math.ceil(concurrency / 4), Math.floor(queue / 4), queueFullError)
  // A random digest that matches no known password, made without a run of argon2.
  const phc = (bytes: number) => randomBytes(bytes).toString('base64').replaceAll('=', '')
  const dummy = `$argon2id$v=19$m=${memoryCost},t=${timeCost},p=${parallelism}$${phc(saltLength)}$${phc(outputLength)}`

  function isTooMuch(used: nodeRsArgon2.ParsedHashOptions): boolean {
    const work = used.memoryCost * used.timeCost
    return (
      used.memoryCost > Math.max(costLimit.memory, memoryCost) || work > Math.max(costLimit.work, memoryCost * timeCost)
    )
  }

  async function hashWithin({ run }: ConcurrencyLimit, password: string): Promise<string> {
    if (!isHashable(password)) {
      const detail = `password: expected at most ${maxPasswordBytes} bytes of Unicode text`
      throw new AnswerError('invalid_request', detail)
    }
    return run(() => argon2.hash(password, { ...parameters, salt: randomBytes(saltLength) }))
  }

  return {
    hash: (password) => hashWithin(limit, password),
    hashForRegistration: (password) => hashWithin(registrations, password),

    async verify(hash, password) {
      if (!isHashable(password)) return false
      const used = hash === null ? null : parametersOf(hash)
      const readable = used !== null && !isTooMuch(used)
      const matches = await limit.run(() => argon2.verify(readable ? hash! : dummy, password))
      return readable && matches
    },

    run: (task) => limit.run(task),

    needsRehash(hash) {
      const used = parametersOf(hash)
      if (!used || used.version !== versionNumber || used.saltLen < saltLength) return true
      if (used.algorithm !== argon2id || used.outputLen < outputLength) return true
      return used.memoryCost * used.timeCost < memoryCost * timeCost
    },
  }
}

/** `Version.V0x13` of the library, a const enum that `isolatedModules` cannot import. */
const versionNumber = 1

function parametersOf(hash: string): nodeRsArgon2.ParsedHashOptions | null {
  try {
    return nodeRsArgon2.parseOptions(hash)
  } catch {
    return null
  }
}

/** Refuses lone surrogates, which all become U+FFFD in UTF-8, so that different passwords would be equal. */
function isHashable(password: string): boolean {
  return !isTooLong(password) && !/\p{Surrogate}/u.test(password)
}

function queueFullError(): AnswerError {
  return new AnswerError('service_unavailable', 'too many passwords are being checked: try again shortly', {
    retryAfter: 1,
  })
}

/** libuv reads the variable before the first use of its pool; the default is 4 threads. */
function libuvThreads(): number {
  const threads = Number.parseInt(process.env.UV_THREADPOOL_SIZE ?? '4', 10)
  return Number.isNaN(threads) ? 1 : Math.min(Math.max(1, threads), 1024)
}

function wholeNumber(name: string, value: number, min: number, max: number): number {
  if (Number.isInteger(value) && value >= min && value <= max) return value
  throw new TypeError(`passwords.${name} must be a whole number from ${min} to ${max}`)
}
