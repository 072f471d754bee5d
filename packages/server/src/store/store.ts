import type { ReplacedBy, RevocationEntry, SessionEndReason } from '@sessionward/protocol'
import type { ConfirmedToken, Session } from '../session/session.js'

/**
 * The port to persistence.
 *
 * A driver promises, in every verb:
 * - **Durable before answered.** A promise that resolved survives the death of the process and of the machine.
 * - **One winner.** A conditional write is one atomic compare-and-set and reports whether it took place. Never read, then write.
 * - **Linearizable.** A read sees every write that was answered before it began. No replica, no cache.
 * - **The store's clock.** All instants are whole milliseconds since the epoch on one clock, the store's, not the node's.
 * - **Unavailable is an error.** A store that cannot answer rejects with {@link StoreUnavailableError}, and a later call can
 *   succeed without a restart. It never answers "not found" when it could not read.
 * - **Bytes and strings come back unchanged**: any well-formed Unicode, NUL included, and no character has a meaning to the
 *   database. Strings are equal if their code points are: case, accents and trailing spaces count.
 * - **Nothing is shared.** Once a call has settled, what the caller does to an object that it gave or got does not reach the
 *   store.
 *
 * The same promises stand as cases in `conformance.ts`, which every driver passes on the real database.
 */
export interface Store {
  /** Sessions, and the entries of the revocation feed. */
  readonly sessions: SessionStore
  /** The built-in accounts. */
  readonly accounts: AccountStore
  /** The signing keys. */
  readonly keys: KeyStore
  /** Counters with a time limit, for the throttle. */
  readonly counters: CounterStore
  /** Values that may be used once. */
  readonly oneTimeValues: OneTimeValueStore
  /** What an operator or a person may want to see later. */
  readonly events: EventStore
  /** Milliseconds since the epoch on the store's clock. */
  now(): Promise<number>
  /** Announces to the other nodes at once what one wrote. Without it they poll every half second. */
  readonly relay?: Relay
  /** The tables, where the database has such a thing. */
  readonly schema?: Schema
  /**
   * Resolves when the calls that are under way have settled, and closes what the driver opened itself. A client that was passed
   * in stays open. Later calls reject with {@link StoreUnavailableError}; only the memory store has nothing to close.
   */
  close(): Promise<void>
}

/**
 * Carries entries from node to node, for speed and not for safety: each node also polls the store every few seconds, and twice
 * a second while the relay is down. Anybody who can reach the relay can send entries, so nothing is omitted because of one.
 */
export interface Relay {
  /** Announces entries to the other nodes of the store with this epoch. An announcement may be lost; it never rejects. */
  announce(entries: readonly RevocationEntry[], epoch: string): Promise<void>
  /** Begins to listen. @returns a function that ends it. */
  listen(listener: RelayListener): () => void
}

/** What a node hears from the relay. */
export interface RelayListener {
  /**
   * What a node announced, this one included, as read by `readRevocationEntries` of the protocol, and the epoch of its store:
   * another store may share the relay.
   */
  receive(entries: readonly RevocationEntry[], epoch: string): void
  /** Whether announcements arrive. Called at each change, first when they begin to. */
  live(arriving: boolean): void
}

/** One step towards the current schema. */
export interface Migration {
  /** 1 is the first. */
  readonly version: number
  /** What it is for, in a few words. */
  readonly title: string
  /** Statements, in order. */
  readonly statements: readonly string[]
}

/**
 * The migrations from an empty database to the tables of this version of the library.
 *
 * A migration only adds, and a node of the version before it continues to work, so that old and new nodes can run side by side
 * across one migration. Across two, the older node rejects with an Error that names both versions. A driver migrates at its
 * first use unless its options say `migrate: 'manual'`.
 */
export interface Schema {
  /** The migrations still to be run, the oldest first. Changes nothing, and works before any migration. */
  pending(): Promise<readonly Migration[]>
  /** Runs them. Of nodes that start together one migrates and the others wait. @returns what this call ran. */
  migrate(): Promise<readonly Migration[]>
}

/** The store is unavailable. Nobody is signed out because of it: callers answer 503 with Retry-After. */
export class StoreUnavailableError extends Error {
  override name = 'StoreUnavailableError'
}

/** The sessions of a store, and the entries of the revocation feed. */
export interface SessionStore {
  /**
   * Keeps a new session. While a session is kept, a second one of its id rejects with an Error, or, if it has an ordinal, may be
   * answered `taken` instead.
   *
   * @param ordinal A whole number from 1. Then the session is kept only if its owner has none with that ordinal yet: of
   * all calls with the same one, exactly one is answered `created`. Default: none, and nothing is compared.
   */
  create(session: Session, ordinal?: number): Promise<'created' | 'taken'>

  /**
   * The highest ordinal of the sessions of a subject, ended ones too as long as they are kept; 0 where none has one. A
   * session with that ordinal or a lower one is listed by {@link listBySubject} from now on, or never begins.
   */
  lastOrdinal(owner: Owner): Promise<number>

  /** The session, ended ones too as long as they are kept, and the store's clock at the moment of reading. */
  find(id: string): Promise<{ readonly session: Session | null; readonly now: number }>

  /**
   * Puts `next` in the place of `expected`, with a new idle deadline, if the session is active and its confirmed token is
   * still `expected`. The idle deadline never moves backwards. Supersessions that are dated `decidedAt` are dated by the
   * store's clock at the write instead, so that a slow caller does not shorten a window that opens with them.
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
   * Ends an active session and keeps a revocation entry for `retention` seconds (how long an access token of the session can
   * still be alive), both or neither.
   *
   * @param replacedBy Kept with the end of the session, not in the entry.
   * @returns the entry, or null where the session is unknown or had ended before: then nothing changes.
   */
  revoke(
    id: string,
    reason: SessionEndReason,
    retention: number,
    replacedBy?: ReplacedBy,
  ): Promise<RevocationEntry | null>

  /** Ends all active sessions of a subject but `except`, with one entry each. */
  revokeBySubject(
    owner: Owner,
    reason: SessionEndReason,
    retention: number,
    except?: string,
  ): Promise<readonly RevocationEntry[]>

  /** Active sessions of a subject whose deadlines lie ahead, the newest first. */
  listBySubject(owner: Owner): Promise<readonly Session[]>

  /**
   * For all active sessions of a subject: what was read of its profile before `gracePeriod` seconds from now is out of date.
   * Their `profileFrom` moves forwards, never backwards. Called before a change that is made within that time, it leaves no
   * moment at which the change stands and an older reading counts.
   */
  outdateProfile(owner: Owner, gracePeriod: number): Promise<void>

  /** Keeps the entry that sends access tokens of an older profile version back to be refreshed. */
  recordProfileChange(owner: Owner, version: number, retention: number): Promise<RevocationEntry>

  /**
   * Entries that were written at or after `from` (null: all that are still kept), with the store's clock at the moment of
   * reading and the epoch: a name for this store's history, made once and kept, so that a reader notices another store. It is 1
   * to 64 characters of base64url.
   */
  revokedSince(from: number | null): Promise<{
    readonly epoch: string
    readonly now: number
    readonly entries: readonly RevocationEntry[]
  }>

  /**
   * Deletes at most `limit` sessions whose deadline, or whose end, lies more than `retention` seconds back, and entries that
   * have expired.
   *
   * @returns how many sessions were deleted.
   */
  deleteExpired(retention: number, limit: number): Promise<number>
}

/** A subject, which is unique within its tenant. */
export interface Owner {
  /** Empty where there is only one tenant. */
  readonly tenant: string
  /** `sub` of its tokens. */
  readonly subject: string
}

/** A built-in account. */
export interface Account {
  /** Empty if there is only one tenant. */
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
  /** What the person may see of itself, and what the option `accounts.claims` may name. */
  readonly profile: Readonly<Record<string, unknown>>
  /** Whether it may not sign in. */
  readonly disabled: boolean
  /** How many times what tokens say of the account has changed. */
  readonly version: number
  /** Milliseconds since the epoch. */
  readonly createdAt: number
}

/** The built-in accounts of a store. */
export interface AccountStore {
  /** `taken` where the tenant has the username already. A subject is random, so a second one rejects with an Error. */
  create(account: Account): Promise<'created' | 'taken'>
  /** The account of a subject, or null. */
  find(owner: Owner): Promise<Account | null>
  /** The account with that `usernameKey`, or null. */
  findByUsername(tenant: string, usernameKey: string): Promise<Account | null>
  /** Replaces the hash, if it still is `expected`. */
  changePassword(owner: Owner, expected: string, next: string): Promise<'changed' | 'lost'>
  /**
   * Changes what tokens say of the account and counts its version up, if it still is `expectedVersion`.
   *
   * @param notAfter An instant on the store's clock. Once it has passed nothing is written, however long the call waited for
   * a lock, for a connection or on the network: it rejects with {@link StoreUnavailableError}. A change that is written before
   * may take up to 10 seconds to become visible: `profileGracePeriod` counts on that.
   */
  update(
    owner: Owner,
    expectedVersion: number,
    change: Partial<Pick<Account, 'scope' | 'profile' | 'disabled'>>,
    notAfter?: number,
  ): Promise<'updated' | 'lost'>
  /** Whether any account of any tenant has this scope value. */
  hasScope(word: string): Promise<boolean>
}

/** A signing key. The private half is sealed with a secret that the store does not hold. */
export interface SigningKey {
  /** Id of the key: its RFC 7638 thumbprint. */
  readonly kid: string
  /** The algorithm that it signs with, such as `ES256`. */
  readonly algorithm: string
  /** `next` is published before it signs, `current` signs, `retired` is published until its last token has expired. */
  readonly state: 'next' | 'current' | 'retired'
  /** Public JWK, as JSON. */
  readonly publicKey: string
  /** The private half, sealed. */
  readonly sealedPrivateKey: Uint8Array
  /** Milliseconds since the epoch. */
  readonly createdAt: number
  /** When the key entered its present state. */
  readonly since: number
}

/** The signing keys of a store. */
export interface KeyStore {
  /** The oldest first. */
  list(): Promise<readonly SigningKey[]>
  /**
   * `taken` where the algorithm has a key in that state already, for there is one `current` and one `next` each, and where
   * the `kid` is kept already.
   */
  create(key: SigningKey): Promise<'created' | 'taken'>
  /**
   * In one transaction: `current` becomes retired and `next` becomes current, both `since` now, if both are still in the states
   * that these names say and have the same algorithm.
   */
  rotate(change: { readonly current: string; readonly next: string }): Promise<'rotated' | 'lost'>
  /** Deletes keys that have been retired for more than `retention` seconds. */
  deleteRetired(retention: number): Promise<number>
}

/** Counters with a time limit. */
export interface CounterStore {
  /**
   * Adds to a counter and answers its new value. A counter begins at 0 with its first addition and is gone `window` seconds
   * after that, whatever window later additions name; its value never falls below 0. An amount of 0 reads it. Where it has
   * not begun or is gone, nothing but an addition makes it, and the answer is 0 for both. A subtraction to 0 ends it at once:
   * anyone can make the throttle begin counters that it takes back, and kept ones would fill the store.
   *
   * @param amount A whole number.
   * @param window Seconds.
   * @returns `resetsIn` in whole seconds, rounded up.
   */
  add(key: string, amount: number, window: number): Promise<{ readonly count: number; readonly resetsIn: number }>
}

/** Values that may be used once: the `jti` of a proof, a captcha's solution, the turn to sweep. */
export interface OneTimeValueStore {
  /** Takes a value for `retention` seconds. Of all calls within that time exactly one is answered `claimed`. */
  claim(value: string, retention: number): Promise<'claimed' | 'taken'>
  /** Deletes at most `limit` values whose time has passed. @returns how many. */
  deleteExpired(limit: number): Promise<number>
}

/** Something that an operator or the person may want to see later. */
export interface StoredEvent {
  /** Unique. */
  readonly id: string
  /** What happened. */
  readonly type: string
  /** Milliseconds since the epoch. */
  readonly at: number
  /** Empty if there is only one tenant. */
  readonly tenant: string
  /** Whom it concerns; null where nobody is known. */
  readonly subject: string | null
  /** Which session it concerns; null where there is none. */
  readonly sid: string | null
  /** What else is known of it. It contains no secret. */
  readonly detail: Readonly<Record<string, unknown>>
}

/** The events of a store. The auth server writes and deletes them; reading them is left to the application. */
export interface EventStore {
  /** An id that is kept already stays as it is, so that an append may be repeated. */
  append(event: StoredEvent): Promise<void>
  /**
   * For the application, which shows a person or an operator what happened.
   *
   * @param filter Without `owner`, the events of all.
   * @returns the newest first.
   */
  list(filter: { readonly owner?: Owner; readonly limit: number }): Promise<readonly StoredEvent[]>
  /** Deletes at most `limit` events that are older than so many seconds. Resolves to how many were deleted. */
  deleteOlderThan(seconds: number, limit: number): Promise<number>
}
