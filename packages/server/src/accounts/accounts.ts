import { randomBytes } from 'node:crypto'
import { AnswerError } from '../answer-error.js'
import type { Credentials, Directory, PasswordChange, Profile, Registration } from '../directory/directory.js'
import { checkClaimNames } from '../directory/profile-claims.js'
import { checkOptionNames } from '../input/option-names.js'
import { isScope } from '../input/scope.js'
import type { Account, Owner, Store } from '../store/store.js'
import { checkNewPassword } from './password-rules.js'
import type { Passwords } from './passwords.js'
import { isUsername, usernameKey } from './username.js'

/** Options of the built-in accounts. An unknown name is refused. */
export interface AccountsOptions {
  /** Scope of accounts that people register themselves, space-separated. Default: none. */
  readonly registrationScope?: string
  /** Profile fields that access tokens contain as claims. Names of registered claims are refused. Default: none. */
  readonly claims?: readonly string[]
}

/** An account to create. */
export interface NewAccount extends Credentials {
  /** Space-separated (RFC 6749 section 3.3). Default: none. */
  readonly scope?: string
  /** Profile fields that the person may see. Default: empty. */
  readonly profile?: Readonly<Record<string, unknown>>
}

/** An account without its password hash, for administrators. */
export type AccountSummary = Omit<Account, 'passwordHash' | 'usernameKey'>

/** The built-in directory, with operations for administrators. */
export interface Accounts extends Required<Omit<Directory, 'canonicalUsername'>> {
  /** @throws AnswerError `username_taken`, or `invalid_request` naming what was expected. */
  create(account: NewAccount): Promise<{ readonly subject: string }>
  find(who: Pick<Credentials, 'tenant' | 'username'>): Promise<AccountSummary | null>
  /**
   * Disables or enables an account. The caller must end its sessions.
   *
   * @param notAfter Time on the store's clock after which the store refuses the change.
   * @returns the new profile version. @throws AnswerError `not_found`.
   */
  setDisabled(owner: Owner, disabled: boolean, notAfter?: number): Promise<{ readonly version: number }>
  /** Sets the scope, space-separated. @returns the new profile version. @throws AnswerError `not_found`. */
  setScope(owner: Owner, scope: string, notAfter?: number): Promise<{ readonly version: number }>
  /** Whether any account of any tenant has `admin` in its scope. */
  anyAdministrator(): Promise<boolean>
}

const optionNames: Readonly<Record<keyof AccountsOptions, true>> = { registrationScope: true, claims: true }

/** How often an update is attempted that conflicts with another. */
const maxAttempts = 4

/** @throws TypeError that names the option. */
export function createAccounts(
  store: Pick<Store, 'accounts' | 'now'>,
  passwords: Passwords,
  options: AccountsOptions = {},
): Accounts {
  checkOptionNames('accounts', options, optionNames)
  const { registrationScope = '', claims = [] } = options
  if (!isScope(registrationScope)) {
    throw new TypeError('accounts.registrationScope must be scopes separated by single spaces (RFC 6749 section 3.3)')
  }
  checkClaimNames('accounts.claims', claims)

  return {
    async authenticate({ tenant, username, password }) {
      const account = await findByName(tenant, username)
      const matches = await passwords.verify(account?.passwordHash ?? null, password)
      if (!account || !matches || account.disabled) return null
      const hash = passwords.needsRehash(account.passwordHash) ? await rehash(account, password) : account.passwordHash
      return {
        subject: account.subject,
        unchanged: async () => (await store.accounts.find(account))?.passwordHash === hash,
      }
    },

    async profile(owner) {
      const account = await store.accounts.find(owner)
      return account && !account.disabled ? profileOf(account, claims) : null
    },

    async register(registration: Registration) {
      return createAccount({ ...registration, scope: registrationScope }, passwords.hashForRegistration)
    },

    async changePassword({ tenant, subject, current, next }: PasswordChange) {
      const owner = { tenant, subject }
      let hash: string | undefined
      for (let attempt = 0; attempt < maxAttempts; attempt++) {
        const account = await store.accounts.find(owner)
        const matches = await passwords.verify(account?.passwordHash ?? null, current)
        if (!account || account.disabled) return 'wrong'
        // One call is one guess: `next` is compared only if `current` was right before, when the same call runs concurrently.
        if (!matches) return hash && (await passwords.verify(account.passwordHash, next)) ? 'changed' : 'wrong'
        checkNewPassword(next, account.usernameKey)
        if (next === current)
          throw new AnswerError('invalid_request', 'password: expected a password that differs from the current one')
        hash ??= await passwords.hash(next)
        if ((await replaceHash(owner, account.passwordHash, hash)) === 'changed') return 'changed'
      }
      throw conflictError()
    },

    async create(account) {
      const outcome = await createAccount(account)
      if (outcome === 'taken') throw new AnswerError('username_taken')
      return outcome
    },

    async find({ tenant, username }) {
      const account = await findByName(tenant, username)
      return account && summaryOf(account)
    },

    setDisabled: (owner, disabled, notAfter) => update(owner, { disabled }, notAfter),

    setScope: (owner, scope, notAfter) => update(owner, { scope }, notAfter),

    anyAdministrator: () => store.accounts.hasScope('admin'),
  }

  /** If the store's answer was lost, the random salt in the stored hash shows whether this call wrote it. */
  async function replaceHash(owner: Owner, expected: string, next: string): Promise<'changed' | 'lost'> {
    try {
      return await store.accounts.changePassword(owner, expected, next)
    } catch (error) {
      if ((await store.accounts.find(owner))?.passwordHash === next) return 'changed'
      throw error
    }
  }

  async function findByName(tenant: string, username: string): Promise<Account | null> {
    return isUsername(username) ? store.accounts.findByUsername(tenant, usernameKey(username)) : null
  }

  async function createAccount(account: NewAccount, hash = passwords.hash) {
    const { tenant, username, password, scope = '', profile = {} } = account
    const key = usernameKey(username)
    checkNewPassword(password, key)
    // Hashed before the name is looked up, so that a taken name costs the same work as a free one (ASVS 5.0 6.3.8).
    const passwordHash = await hash(password)
    const subject = randomBytes(16).toString('base64url')
    const outcome = await store.accounts.create({
      tenant,
      subject,
      username: username.trim(),
      usernameKey: key,
      passwordHash,
      scope,
      profile,
      disabled: false,
      version: 0,
      createdAt: await store.now(),
    })
    return outcome === 'taken' ? outcome : { subject }
  }

  /** @returns the stored hash of this password: the new one, or the old one if that was not replaced. */
  async function rehash(account: Account, password: string): Promise<string> {
    try {
      const hash = await passwords.hash(password)
      const outcome = await store.accounts.changePassword(account, account.passwordHash, hash)
      if (outcome === 'changed') return hash
      // Another sign-in has replaced the hash, or the password was changed.
      const now = (await store.accounts.find(account))?.passwordHash
      return now !== undefined && (await passwords.verify(now, password)) ? now : account.passwordHash
    } catch {
      // The sign-in succeeded anyway; the next one tries again.
      return account.passwordHash
    }
  }

  async function update(owner: Owner, change: Partial<Pick<Account, 'scope' | 'disabled'>>, notAfter?: number) {
    for (let attempt = 0; attempt < maxAttempts; attempt++) {
      const account = await store.accounts.find(owner)
      if (!account) throw new AnswerError('not_found', 'there is no such account')
      const isUnchanged = Object.entries(change).every(
        ([name, value]) => account[name as keyof typeof change] === value,
      )
      if (isUnchanged) return { version: account.version }
      const outcome = await store.accounts.update(owner, account.version, change, notAfter)
      if (outcome === 'updated') return { version: account.version + 1 }
    }
    throw conflictError()
  }
}

function profileOf(account: Account, claims: readonly string[]): Profile {
  const { subject, username, scope, version, profile } = account
  const claimEntries = claims.filter((name) => Object.hasOwn(profile, name)).map((name) => [name, profile[name]])
  return { scope, version, claims: Object.fromEntries(claimEntries), user: { ...profile, subject, username } }
}

function summaryOf({ passwordHash: _, usernameKey: __, ...summary }: Account): AccountSummary {
  return summary
}

function conflictError(): AnswerError {
  return new AnswerError('service_unavailable', 'other requests are changing this account: try again', {
    retryAfter: 1,
  })
}
