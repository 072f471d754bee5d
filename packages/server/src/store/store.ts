import type { RevocationEntry, SessionEndReason } from '@sessionward/protocol'
import type { ConfirmedToken, Session } from '../session/session.js'

/**
 * The port to persistence.
 *
 * A driver promises, in every verb:
 * - **Durable before answered.** A promise that resolved survives the death of the process and of the machine.
 * - **Who won.** A conditional write is one atomic compare-and-set and says whether it took place. Never read, then write.
 * - **Linearizable.** A read sees every write that was answered before it began. No replica, no cache.
 * - **The store's clock.** All instants are whole milliseconds since the epoch on one clock, the store's, not the node's.
 * - **Away is an error.** Where the store cannot answer it rejects with {@link StoreUnavailableError}, and a later call may
 *   succeed without a restart. It never answers "not found" for "could not look".
 * - **Bytes and texts come back as they went in**, any well-formed Unicode, NUL too, with no character that means something
 *   to the database. Texts are equal where their code points are: case, accents and trailing spaces count.
 * - **Nothing is shared.** What the caller does to an object afterwards, given or answered, does not reach the store.
 *
 * The same promises stand as cases in `conformance.ts`, which every driver passes on the real database.
 */
export interface Store {
  readonly sessions: SessionStore
  readonly accounts: AccountStore
  readonly keys: KeyStore
  readonly counters: CounterStore
  readonly oneTimeValues: OneTimeValueStore
  readonly events: EventStore
  /** Milliseconds since the epoch on the store's clock. */
  now(): Promise<number>
  /** How nodes tell each other at once what they wrote. Without it they look every half second. */
  readonly relay?: Relay
  /** The tables, where the database has such a thing. */
  readonly schema?: Schema
  /** Lets go of what the driver opened itself. A client that was handed in stays open. */
  close(): Promise<void>
}

/**
 * Carries entries from node to node, for speed and not for safety: each node reads the store again every few seconds, and
 * twice a second while the relay is down. What it brings may come from anybody who reaches it, so that nothing is left out
 * for its sake.
 */
export interface Relay {
  /** Tells the other nodes of the store with this epoch. It may be lost; it never rejects. */
  announce(entries: readonly RevocationEntry[], epoch: string): Promise<void>
  /** Begins to listen. @returns what ends it. */
  listen(listener: RelayListener): () => void
}

export interface RelayListener {
  /**
   * What a node announced, this one included, as `readRevocationEntries` of the protocol reads it, and of which store: others
   * may have the same relay.
   */
  receive(entries: readonly RevocationEntry[], epoch: string): void
  /** Whether announcements arrive. Called at each change, first when they begin to. */
  live(arriving: boolean): void
}

/** A step to the present schema. */
export interface Migration {
  /** 1 is the first. */
  readonly version: number
  /** What it is for, in a few words. */
  readonly title: string
  /** What the database is told, in order. */
  readonly statements: readonly string[]
}

/**
 * The steps from an empty database to the tables of this version of the library.
 *
 * A step only adds: a node of the version before it works on, so that old and new nodes may run side by side over one
 * step. Over two, the older node rejects with an Error that names both versions. A driver makes the steps by itself at its
 * first use unless its options say `migrate: 'manual'`.
 */
export interface Schema {
  /** The steps that are still to be made, the oldest first. Changes nothing, and does not need to be migrated. */
  pending(): Promise<readonly Migration[]>
  /** Makes them: of nodes that start at once one does, and the others wait. @returns what this call has done. */
  migrate(): Promise<readonly Migration[]>
}

/** The store cannot answer just now. Nobody is signed out for it: callers answer 503 with Retry-After. */
export class StoreUnavailableError extends Error {
  override name = 'StoreUnavailableError'
}

export interface SessionStore {
  /** Keeps a new session. Its id is random, so a second one of the same id rejects with an Error. */
  create(session: Session): Promise<void>

  /** The session, ended ones too as long as they are kept, and the store's clock at the moment of reading. */
  find(id: string): Promise<{ readonly session: Session | null; readonly now: number }>

  /**
   * Puts `next` in the place of `expected`, with a new idle deadline, if the session is active and its confirmed token is
   * still `expected`. The idle deadline never moves backwards. Supersessions that are dated `decidedAt` are dated by the
   * store's clock at the write instead: a window that opens with them is not used up by whoever was slow.
   */
  confirm(
    id: string,
    expected: Pick<ConfirmedToken, 'generation' | 'nonce'>,
    next: ConfirmedToken & { readonly idleDeadline: number; readonly decidedAt?: number },
  ): Promise<'confirmed' | 'lost'>

  /** Moves the idle deadline forwards, if the session is active and its confirmed token is still `expected`. */
  touch(
    id: string,
    expected: Pick<ConfirmedToken, 'generation' | 'nonce'>,
    idleDeadline: number,
  ): Promise<'touched' | 'lost'>

  /**
   * Ends an active session and keeps a revocation entry for `keepFor` seconds (how long an access token of the session can
   * still be alive), both or neither.
   *
   * @returns the entry, or null where the session is unknown or had ended before: then nothing changes.
   */
  revoke(id: string, reason: SessionEndReason, keepFor: number): Promise<RevocationEntry | null>

  /** Ends all active sessions of a subject but `except`, with one entry each. */
  revokeBySubject(
    owner: Owner,
    reason: SessionEndReason,
    keepFor: number,
    except?: string,
  ): Promise<readonly RevocationEntry[]>

  /** Active sessions of a subject whose deadlines lie ahead, the newest first. */
  listBySubject(owner: Owner): Promise<readonly Session[]>

  /**
   * For all active sessions of a subject: what was read of its profile before `settle` seconds from now is out of date.
   * Their `profileFrom` moves forwards, never backwards. Called before a change that is made within that time, it leaves no
   * moment at which the change stands and an older reading counts.
   */
  outdateProfile(owner: Owner, settle: number): Promise<void>

  /** Keeps the entry that sends access tokens of an older profile version back to be refreshed. */
  recordProfileChange(owner: Owner, version: number, keepFor: number): Promise<RevocationEntry>

  /**
   * Entries that were written at or after `from` (null: all that are still kept), with the store's clock at the moment of
   * reading and the epoch: a name for this store's history, made once and kept, so that a reader notices another store.
   */
  revokedSince(from: number | null): Promise<{
    readonly epoch: string
    readonly now: number
    readonly entries: readonly RevocationEntry[]
  }>

  /**
   * Deletes at most `limit` sessions whose deadline, or whose end, lies more than `keepFor` seconds back, and entries that
   * have expired.
   *
   * @returns how many sessions were deleted.
   */
  deleteExpired(keepFor: number, limit: number): Promise<number>
}

/** Whose it is: subjects are told apart per tenant. */
export interface Owner {
  /** Empty where there is only one tenant. */
  readonly tenant: string
  readonly subject: string
}

/** A built-in account. */
export interface Account {
  readonly tenant: string
  /** `sub` of its tokens. */
  readonly subject: string
  /** As the person typed it. */
  readonly username: string
  /** The form that is unique within the tenant; made by the directory. */
  readonly usernameKey: string
  /** PHC string, or one that the directory knows how to read. Never leaves the server. */
  readonly passwordHash: string
  /** Space-separated. */
  readonly scope: string
  readonly profile: Readonly<Record<string, unknown>>
  readonly disabled: boolean
  /** How many times what tokens say of the account has changed. */
  readonly version: number
  readonly createdAt: number
}

export interface AccountStore {
  /** `taken` where the tenant has the username already. A subject is random, so a second one rejects with an Error. */
  create(account: Account): Promise<'created' | 'taken'>
  find(owner: Owner): Promise<Account | null>
  findByUsername(tenant: string, usernameKey: string): Promise<Account | null>
  /** Replaces the hash, if it still is `expected`. */
  changePassword(owner: Owner, expected: string, next: string): Promise<'changed' | 'lost'>
  /**
   * Changes what tokens say of the account and counts its version up, if it still is `expectedVersion`.
   *
   * @param notAfter An instant on the store's clock. Once it has passed nothing is written, however long the call waited for
   * a lock, for a connection or on its way: it rejects with {@link StoreUnavailableError}, if anybody still listens. What is
   * written before it may be seen a little later.
   */
  update(
    owner: Owner,
    expectedVersion: number,
    change: Partial<Pick<Account, 'scope' | 'profile' | 'disabled'>>,
    notAfter?: number,
  ): Promise<'updated' | 'lost'>
  /** Whether any account of any tenant has this word in its scope. */
  hasScope(word: string): Promise<boolean>
}

/** A signing key. The private half is sealed with a secret that the store does not hold. */
export interface SigningKey {
  readonly kid: string
  readonly algorithm: string
  /** `next` is published before it signs, `current` signs, `retired` is published until its last token has expired. */
  readonly state: 'next' | 'current' | 'retired'
  /** Public JWK, as JSON. */
  readonly publicKey: string
  readonly sealedPrivateKey: Uint8Array
  readonly createdAt: number
  /** When the key entered its present state. */
  readonly since: number
}

export interface KeyStore {
  /** The oldest first. */
  list(): Promise<readonly SigningKey[]>
  /**
   * `taken` where the algorithm has a key in that state already, for there is one `current` and one `next` each, and where
   * the `kid` is kept already.
   */
  create(key: SigningKey): Promise<'created' | 'taken'>
  /**
   * In one transaction: `current` becomes retired, `next` becomes current, both `since` now, if each still is what its name
   * says here and both are of one algorithm.
   */
  rotate(change: { readonly current: string; readonly next: string }): Promise<'rotated' | 'lost'>
  /** Forgets retired keys that have been so for more than `keepFor` seconds. */
  deleteRetired(keepFor: number): Promise<number>
}

export interface CounterStore {
  /**
   * Adds to a counter and answers its new value. A counter begins at 0 with its first addition and is gone `window` seconds
   * after that, whatever window later additions name; its value never falls below 0. An amount of 0 reads it. Where it has
   * not begun or is gone, nothing but an addition makes it, and the answer is 0 for both.
   *
   * @param amount A whole number.
   * @param window Seconds.
   * @returns `resetsIn` in whole seconds, rounded up.
   */
  add(key: string, amount: number, window: number): Promise<{ readonly count: number; readonly resetsIn: number }>
}

/** Values that count once: the `jti` of a proof, a captcha's solution, the turn to sweep. */
export interface OneTimeValueStore {
  /** Takes a value for `keepFor` seconds. Of any number who do so within that time one is answered `claimed`. */
  claim(value: string, keepFor: number): Promise<'claimed' | 'taken'>
  /** Deletes at most `limit` values whose time is over. @returns how many. */
  deleteExpired(limit: number): Promise<number>
}

/** Something that an operator or the person may want to know later. It holds no secret. */
export interface StoredEvent {
  readonly id: string
  readonly type: string
  readonly at: number
  readonly tenant: string
  readonly subject: string | null
  readonly sid: string | null
  readonly detail: Readonly<Record<string, unknown>>
}

export interface EventStore {
  /** An id that is kept already stays as it is, so that an append may be repeated. */
  append(event: StoredEvent): Promise<void>
  /** The newest first. */
  list(filter: { readonly owner?: Owner; readonly limit: number }): Promise<readonly StoredEvent[]>
  deleteOlderThan(seconds: number, limit: number): Promise<number>
}
