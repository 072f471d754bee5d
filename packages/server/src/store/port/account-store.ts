import type { Owner } from './owner.js'

/** A built-in account. */
export interface Account {
  /** Empty if there is only one tenant. */
  readonly tenant: string
  /** `sub` of its tokens. */
  readonly subject: string
  /** As the person typed it. */
  readonly username: string
  /** The form of the user name that is unique within the tenant. The directory makes it. */
  readonly usernameKey: string
  /** A PHC string, or another format that the directory can read. Never leaves the server. */
  readonly passwordHash: string
  /** Space-separated. */
  readonly scope: string
  /** What the person may see about themselves, and what the option `accounts.claims` may name. */
  readonly profile: Readonly<Record<string, unknown>>
  /** Whether it may not sign in. */
  readonly disabled: boolean
  /** How many times the content of its tokens has changed. */
  readonly version: number
  /** Milliseconds since the epoch. */
  readonly createdAt: number
}

/** The built-in accounts of a store. */
export interface AccountStore {
  /** `taken` if the tenant already has the user name. A subject is random, so a second account with it rejects with an Error. */
  create(account: Account): Promise<'created' | 'taken'>
  /** The account of a subject, or null. */
  find(owner: Owner): Promise<Account | null>
  /** The account with that `usernameKey`, or null. */
  findByUsername(tenant: string, usernameKey: string): Promise<Account | null>
  /** Replaces the password hash, if it still is `expected`. */
  changePassword(owner: Owner, expected: string, next: string): Promise<'changed' | 'lost'>
  /**
   * Changes the content of the account's tokens and increments its version, if that still is `expectedVersion`.
   *
   * @param notAfter A time on the store's clock after which nothing is written, however long the call has waited for a lock, for a
   * connection or on the network: it then rejects with {@link StoreUnavailableError}. A change that is written before may take up to
   * 10 seconds to become visible, which `profileGracePeriod` allows for.
   */
  update(
    owner: Owner,
    expectedVersion: number,
    change: Partial<Pick<Account, 'scope' | 'profile' | 'disabled'>>,
    notAfter?: number,
  ): Promise<'updated' | 'lost'>
  /** Whether any account of any tenant has this scope value. */
  hasScope(value: string): Promise<boolean>
}
