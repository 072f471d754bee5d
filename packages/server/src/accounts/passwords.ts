import { randomBytes } from 'node:crypto'
import { availableParallelism } from 'node:os'
import * as nodeRsArgon2 from '@node-rs/argon2'
import { AnswerError } from '../answer-error.js'
import { checkOptionNames } from '../input/option-names.js'
import { type ConcurrencyLimit, limitConcurrency, limitShare } from './concurrency-limit.js'

/** Hashes and checks passwords with argon2id (RFC 9106), a bounded number at a time. */
export interface Passwords {
  /** @returns a PHC string. @throws AnswerError `invalid_request` where the password cannot be hashed as it stands. */
  hash(password: string): Promise<string>
  /**
   * Like {@link hash}, with at most a quarter of the runs and of the queue: a flood of registrations leaves the rest to people
   * who sign in.
   */
  hashForRegistration(password: string): Promise<string>
  /**
   * Whether the password matches. With null, for an unknown user, it answers false after the same work: one run with the
   * parameters of a new hash. A hash that cannot be read counts as null, and so does one that takes too much work.
   */
  verify(hash: string | null, password: string): Promise<boolean>
  /** Runs other work that is slow on purpose, such as a check of an older hash, in a turn of its own. */
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
  /** Maximum number of calls that wait. Further ones are answered 503 with Retry-After, as are those that wait for 4 seconds. Default 256. */
  readonly queue?: number
  /** Memory of one hash in KiB. Default 19456, OWASP's recommendation for two passes. */
  readonly memory?: number
  /** Passes over the memory. Default 2. */
  readonly passes?: number
}

/** The functions of an argon2 library that are used. */
export type Argon2 = Pick<typeof nodeRsArgon2, 'hash' | 'verify'>

/** The longest password that is read, in bytes of UTF-8: the caller must not decide how much work hashing is. */
export const maximumPasswordBytes = 1024

const known: Readonly<Record<keyof PasswordsOptions, true>> = {
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
const lanes = 1
const argon2id = 2

/**
 * Passwords are hashed exactly as they were received, without Unicode normalisation (ASVS 5.0 6.2.8).
 *
 * @throws TypeError that names the option. Hashing and verifying reject with AnswerError `service_unavailable`
 * when the queue is full.
 */
export function createPasswords(options: PasswordsOptions = {}, argon2: Argon2 = nodeRsArgon2): Passwords {
  checkOptionNames('passwords', options, known)
  const maximum = Math.max(1, threadsOfLibuv() - 1)
  const usual = Math.min(Math.max(1, availableParallelism() - 1), maximum)
  const concurrency = wholeNumber('concurrency', options.concurrency ?? usual, 1, maximum)
  const queue = wholeNumber('queue', options.queue ?? 256, 0, 10_000)
  const memoryCost = wholeNumber('memory', options.memory ?? 19_456, 8, 2 ** 22)
  const timeCost = wholeNumber('passes', options.passes ?? 2, 1, 100)

  const parameters = { algorithm: argon2id, memoryCost, timeCost, parallelism: lanes, outputLen: outputLength }
  const limit = limitConcurrency(concurrency, queue, busy)
  const registrations = limitShare(limit, Math.ceil(concurrency / 4), Math.floor(queue / 4), busy)
  // A random digest, for which no password is known: making the dummy costs no run of argon2.
  const phc = (bytes: number) => randomBytes(bytes).toString('base64').replaceAll('=', '')
  const dummy = `$argon2id$v=19$m=${memoryCost},t=${timeCost},p=${lanes}$${phc(saltLength)}$${phc(outputLength)}`

  function isTooMuch(used: nodeRsArgon2.ParsedHashOptions): boolean {
    const work = used.memoryCost * used.timeCost
    return (
      used.memoryCost > Math.max(costLimit.memory, memoryCost) || work > Math.max(costLimit.work, memoryCost * timeCost)
    )
  }

  async function hashWithin({ run }: ConcurrencyLimit, password: string): Promise<string> {
    if (!isHashable(password)) {
      const detail = `password: expected at most ${maximumPasswordBytes} bytes of Unicode text`
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
      const fits = await limit.run(() => argon2.verify(readable ? hash! : dummy, password))
      return readable && fits
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
  return new AnswerError('service_unavailable', 'too many passwords are being checked: try again shortly', {
    retryAfter: 1,
  })
}

/** libuv reads the variable once, before its first use of the pool; 4 threads without it. */
function threadsOfLibuv(): number {
  const threads = Number.parseInt(process.env.UV_THREADPOOL_SIZE ?? '4', 10)
  return Number.isNaN(threads) ? 1 : Math.min(Math.max(1, threads), 1024)
}

function wholeNumber(name: string, value: number, minimum: number, maximum: number): number {
  if (Number.isInteger(value) && value >= minimum && value <= maximum) return value
  throw new TypeError(`passwords.${name} must be a whole number from ${minimum} to ${maximum}`)
}
