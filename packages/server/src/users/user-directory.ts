import type { Logger } from '@sessionward/protocol'
import { createPasswords, type Passwords, type PasswordsOptions } from '../accounts/passwords.js'
import { foldUsername } from '../accounts/username.js'
import type { Directory, Profile } from '../directory/directory.js'
import { checkOptionNames } from '../input/option-names.js'
import { invalidValue } from '../input/values.js'
import { checkedKind } from './hashes/checked-kind.js'
import { checkHashKinds, type HashKind } from './hashes/hash-kind.js'
import { createPasswordChecker } from './password-check.js'
import { createReport, type UserReport } from './report.js'
import type { UserRecord, UserSource } from './user-source.js'

/** Options of `userDirectory`. An unknown name is refused. */
export interface UserDirectoryOptions {
  /** Kinds of hashes to accept in addition to argon2. Default: none. */
  readonly hashes?: readonly HashKind[]
  /**
   * Whether a person may not sign in, where no column says so by being empty: `(row) => row.status !== 1`. The column must be in `select`.
   * Default: what the column `disabled` says, which counts beside it.
   */
  readonly disabled?: (row: UserRecord['row']) => boolean
  /** Scope of a person, space-separated (RFC 6749 section 3.3). Default: none. */
  readonly scope?: (row: UserRecord['row']) => string
  /** Claims of the access token. Default: none. */
  readonly claims?: (row: UserRecord['row']) => Readonly<Record<string, unknown>>
  /** Profile fields that the person may see. Default: the row without hash and salt. */
  readonly user?: (row: UserRecord['row']) => Readonly<Record<string, unknown>>
  /** The form in which user names are compared. Default: NFKC, lower case, trimmed. */
  readonly canonicalUsername?: (username: string) => string
  /** Resources of password hashing. Default: as in `createAuthServer`. */
  readonly passwords?: PasswordsOptions
  /** Receives warnings: a column that is too short for a new hash, hashes that cannot be read. Default `console`. */
  readonly logger?: Pick<Logger, 'warn'>
}

/** A directory over your own table or collection. Only upgraded hashes are written to it. */
export interface UserDirectory extends Directory {
  /** The form in which names are compared: the option of that name. */
  canonicalUsername(username: string): string
  /** Reads all people. Reports remaining legacy hashes, and names that are equal in canonical form but not in the database. */
  report(): Promise<UserReport>
}

const optionNames: Readonly<Record<keyof UserDirectoryOptions, true>> = {
  hashes: true,
  disabled: true,
  scope: true,
  claims: true,
  user: true,
  canonicalUsername: true,
  passwords: true,
  logger: true,
}

/**
 * A directory over your own table or collection, for the option `directory` of `createAuthServer`.
 *
 * @throws TypeError that names the option and what was expected.
 */
export function userDirectory(source: UserSource, options: UserDirectoryOptions = {}): UserDirectory {
  checkOptionNames('users', options, optionNames)
  const { hashes = [], canonicalUsername = foldUsername, logger = console } = options
  checkHashKinds(hashes)
  for (const name of ['disabled', 'scope', 'claims', 'user', 'canonicalUsername'] as const) {
    if (options[name] !== undefined && typeof options[name] !== 'function') {
      throw new TypeError(`users.${name} must be a function`)
    }
  }
  const passwords = createPasswords(options.passwords)
  const warn = createWarnOnce(logger)
  const checker = createPasswordChecker(passwords, hashes.map(checkedKind), warn)
  const upgrade = createUpgrade(source, passwords, warn)

  /** Finds a person by name. If several have the same canonical name, only an exact match counts. */
  async function findByName(username: string): Promise<UserRecord | undefined> {
    // PostgreSQL refuses a string with NUL, with an error.
    if (username.includes('\0')) return undefined
    const canonical = canonicalUsername(username)
    const trimmed = username.trim()
    const variants = [...new Set([username, trimmed, trimmed.normalize('NFC'), trimmed.normalize('NFD'), canonical])]
    const found = (await source.findByUsername(variants)).filter((one) => canonicalUsername(one.username) === canonical)
    return found.length > 1 ? found.find((one) => one.username === username) : found[0]
  }

  return {
    canonicalUsername,

    async authenticate({ username, password }) {
      const user = await findByName(username)
      const result = await checker.check(user, password)
      if (!user || user.hash === null || !result.matches) return null
      if (isDisabled(user, options)) {
        // Replaces the run of argon2id of an upgrade, so that the time does not reveal that the password is right.
        if (result.upgrade) await passwords.verify(null, password)
        return null
      }
      const hash = result.upgrade ? await upgrade(user, user.hash, password) : user.hash
      if (hash === null) return null
      return { subject: user.id, unchanged: async () => (await source.findById(user.id))?.hash === hash }
    },

    async profile({ subject }) {
      const user = await source.findById(subject)
      return user && !isDisabled(user, options) ? profileOf(user, options) : null
    },

    report: () => createReport(source, checker, canonicalUsername),
  }
}

/** @throws TypeError if the application's function returns no boolean: undefined would let everybody in. */
function isDisabled({ disabled, row }: UserRecord, options: UserDirectoryOptions): boolean {
  if (!options.disabled) return disabled
  const answer: unknown = options.disabled(row)
  if (typeof answer !== 'boolean') throw invalidValue('users.disabled returned', '', answer, 'true or false')
  return disabled || answer
}

function profileOf({ row, version }: UserRecord, { scope, claims, user }: UserDirectoryOptions): Profile {
  return {
    ...(scope && { scope: scope(row) }),
    ...(version !== undefined && { version }),
    ...(claims && { claims: claims(row) }),
    user: user ? user(row) : row,
  }
}

/** @returns a function that upgrades a hash and returns the stored one, or null if the password was changed meanwhile. */
function createUpgrade(source: UserSource, passwords: Passwords, warn: (message: string) => void) {
  let length: Promise<number | undefined> | undefined

  async function fitsColumn(hash: string): Promise<boolean> {
    length ??= source.hashLength()
    length.catch(() => {
      length = undefined
    })
    const maxLength = await length
    if (maxLength === undefined || maxLength >= hash.length) return true
    warn(
      `the column of the hashes takes ${maxLength} characters, and a new hash has ${hash.length}: hashes stay as they are. Widen it, then restart this server`,
    )
    return false
  }

  return async (user: UserRecord, old: string, password: string): Promise<string | null> => {
    let next: string
    try {
      next = await passwords.hash(password)
      if (!(await fitsColumn(next))) return old
      if (await source.replaceHash(user.id, old, next)) return next
    } catch {
      // The sign-in succeeded anyway; the next one tries again.
      return old
    }
    const hash = (await source.findById(user.id))?.hash ?? null
    // Nobody changed it: it ends with white space, which a source trims, so that the database finds it unequal.
    if (hash === old) return old
    return hash !== null && (await passwords.verify(hash, password)) ? hash : null
  }
}

/** Logs each warning once, so that sign-ins do not flood the log. */
function createWarnOnce(logger: Pick<Logger, 'warn'>): (message: string) => void {
  const warned = new Set<string>()
  return (message) => {
    if (warned.has(message)) return
    warned.add(message)
    logger.warn(message)
  }
}
