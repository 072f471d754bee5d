import type { Logger } from '@sessionward/protocol'
import { createPasswords, type Passwords, type PasswordsOptions } from '../accounts/passwords.js'
import { foldUsername } from '../accounts/username.js'
import type { Directory, Profile } from '../directory/directory.js'
import { checkOptionNames } from '../input/option-names.js'
import { checkHashKinds, type HashKind } from './hashes/hash-kind.js'
import { createPasswordChecker } from './password-check.js'
import { makeReport, type UserReport } from './report.js'
import type { UserRecord, UserSource } from './user-source.js'

/** Options of `userDirectory`. An unknown name is refused. */
export interface UserDirectoryOptions {
  /** How passwords were hashed before, beside argon2. Default: argon2 only. */
  readonly hashes?: readonly HashKind[]
  /** Scope of a person, space-separated (RFC 6749 section 3.3). Default: none. */
  readonly scope?: (row: UserRecord['row']) => string
  /** Claims of the access token. Default: none. */
  readonly claims?: (row: UserRecord['row']) => Readonly<Record<string, unknown>>
  /** What the person may see of itself. Default: the row without hash and salt. */
  readonly user?: (row: UserRecord['row']) => Readonly<Record<string, unknown>>
  /** The form in which names are compared. Default: NFKC, lower case, trimmed. */
  readonly canonicalUsername?: (username: string) => string
  /** How many resources password hashing may use. Default: as in `createAuthServer`. */
  readonly passwords?: PasswordsOptions
  /** Receives warnings: a column that is too short for a new hash, hashes that cannot be read. Default `console`. */
  readonly logger?: Pick<Logger, 'warn'>
}

/** A directory over a table or collection of your own. Nothing is written to it but an upgraded hash. */
export interface UserDirectory extends Directory {
  /** The form in which names are compared: the option of that name. */
  canonicalUsername(username: string): string
  /** Reads everybody, and says what is left of the old hashes and which names are one to people and two to the database. */
  report(): Promise<UserReport>
}

const known: Readonly<Record<keyof UserDirectoryOptions, true>> = {
  hashes: true,
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
 * @throws TypeError that names the option and what was expected
 */
export function userDirectory(source: UserSource, options: UserDirectoryOptions = {}): UserDirectory {
  checkOptionNames('users', options, known)
  const { hashes = [], canonicalUsername = foldUsername, logger = console } = options
  checkHashKinds(hashes)
  for (const name of ['scope', 'claims', 'user', 'canonicalUsername'] as const) {
    if (options[name] !== undefined && typeof options[name] !== 'function') {
      throw new TypeError(`users.${name} must be a function`)
    }
  }
  const passwords = createPasswords(options.passwords)
  const warn = createWarnings(logger)
  const checker = createPasswordChecker(passwords, hashes, () =>
    warn('a password hash cannot be read: the person cannot sign in. report() says how many there are'),
  )
  const upgrade = createUpgrade(source, passwords, warn)

  /** Two people whose names look the same: the one who wrote it exactly so, or nobody. */
  async function named(username: string): Promise<UserRecord | undefined> {
    // PostgreSQL holds no such text, and answers with an error.
    if (username.includes('\0')) return undefined
    const canonical = canonicalUsername(username)
    const trimmed = username.trim()
    const spellings = [...new Set([username, trimmed, trimmed.normalize('NFC'), trimmed.normalize('NFD'), canonical])]
    const found = (await source.findByUsername(spellings)).filter(
      (one) => canonicalUsername(one.username) === canonical,
    )
    return found.length > 1 ? found.find((one) => one.username === username) : found[0]
  }

  return {
    canonicalUsername,

    async authenticate({ username, password }) {
      const user = await named(username)
      const checked = await checker.check(user, password)
      if (!user || user.hash === null || !checked.fits) return null
      if (user.disabled) {
        // The run of argon2id that an upgrade would have been: the time must not tell that the password is right.
        if (checked.upgrade) await passwords.verify(null, password)
        return null
      }
      const hash = checked.upgrade ? await upgrade(user, user.hash, password) : user.hash
      if (hash === null) return null
      return { subject: user.id, unchanged: async () => (await source.findById(user.id))?.hash === hash }
    },

    async profile({ subject }) {
      const user = await source.findById(subject)
      return user && !user.disabled ? profileOf(user, options) : null
    },

    report: () => makeReport(source, checker, canonicalUsername),
  }
}

function profileOf({ row, version }: UserRecord, { scope, claims, user }: UserDirectoryOptions): Profile {
  return {
    ...(scope && { scope: scope(row) }),
    ...(version !== undefined && { version }),
    ...(claims && { claims: claims(row) }),
    user: user ? user(row) : row,
  }
}

/** @returns a function that returns the hash which now stands for this password, or null if the password was changed meanwhile. */
function createUpgrade(source: UserSource, passwords: Passwords, warn: (message: string) => void) {
  let length: Promise<number | undefined> | undefined

  async function hasRoom(hash: string): Promise<boolean> {
    length ??= source.hashLength()
    length.catch(() => {
      length = undefined
    })
    const most = await length
    if (most === undefined || most >= hash.length) return true
    warn(
      `the column of the hashes takes ${most} characters, and a new hash has ${hash.length}: hashes stay as they are. Widen it, then restart this server`,
    )
    return false
  }

  return async (user: UserRecord, old: string, password: string): Promise<string | null> => {
    let next: string
    try {
      next = await passwords.hash(password)
      if (!(await hasRoom(next))) return old
      if (await source.replaceHash(user.id, old, next)) return next
    } catch {
      // The sign-in itself went well; the next one tries again.
      return old
    }
    const hash = (await source.findById(user.id))?.hash ?? null
    return hash !== null && (await passwords.verify(hash, password)) ? hash : null
  }
}

/** Each warning once: a sign-in is not the place to fill a log. */
function createWarnings(logger: Pick<Logger, 'warn'>): (message: string) => void {
  const given = new Set<string>()
  return (message) => {
    if (given.has(message)) return
    given.add(message)
    logger.warn(message)
  }
}
