import { randomBytes } from 'node:crypto'
import { AnswerError } from '../answer-error.js'
import type { Credentials, Directory, Profile, Registration } from '../directory/directory.js'
import { checkClaimNames } from '../directory/profile-claims.js'
import { checkOptionNames } from '../input/option-names.js'
import { isScope } from '../input/scope.js'
import type { Account, Owner, Store } from '../store/store.js'
import { conflictError, maxAttempts } from './conflict.js'
import { createPasswordChanges } from './password-changes.js'
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
  const { changePassword, rehash } = createPasswordChanges(store, passwords)

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

    changePassword,

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
