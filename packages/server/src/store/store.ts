import type { AccountStore } from './port/account-store.js'
import type { CounterStore } from './port/counter-store.js'
import type { EventStore } from './port/event-store.js'
import type { KeyStore } from './port/key-store.js'
import type { OneTimeValueStore } from './port/one-time-value-store.js'
import type { Relay } from './port/relay.js'
import type { Schema } from './port/schema.js'
import type { SessionStore } from './port/session-store.js'

export type { Account, AccountStore } from './port/account-store.js'
export type { CounterStore } from './port/counter-store.js'
export type { EventStore, StoredEvent } from './port/event-store.js'
export type { KeyStore, SigningKey } from './port/key-store.js'
export type { OneTimeValueStore } from './port/one-time-value-store.js'
export type { Owner } from './port/owner.js'
export type { Relay, RelayListener } from './port/relay.js'
export type { Migration, Schema } from './port/schema.js'
export type { SessionStore } from './port/session-store.js'
export { StoreUnavailableError } from './port/store-unavailable-error.js'

/**
 * The port to persistence, one file in `port/` for each role.
 *
 * A driver promises, for every call:
 * - **Durable before answered.** What was written survives a crash of the process and of the machine once the promise resolves.
 * - **One winner.** A conditional write is one atomic compare-and-set and reports whether it took place. Never read, then write.
 * - **Linearizable.** A read sees every write that was answered before it began. No replica, no cache.
 * - **The store's clock.** All times are whole milliseconds since the epoch on one clock, the store's, not the node's.
 * - **Unavailable is an error.** A store that cannot answer rejects with {@link StoreUnavailableError}, and a later call can
 *   succeed without a restart. It never answers "not found" when it could not read.
 * - **Bytes and strings come back unchanged**: any well-formed Unicode, NUL included, and no character has a meaning to the
 *   database. Strings are equal if their code points are: case, accents and trailing spaces count.
 * - **Nothing is shared.** After a call has settled, a change of an object that was passed in or returned does not change the store.
 *
 * `conformance.ts` has the same promises as test cases, which every driver passes on the real database.
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
  /** The events that an operator or a person may want to see later. */
  readonly events: EventStore
  /** Milliseconds since the epoch on the store's clock. */
  now(): Promise<number>
  /** Announces what one node wrote to the other nodes immediately. Without it they poll every half second. */
  readonly relay?: Relay
  /** The tables, if the database has any. */
  readonly schema?: Schema
  /**
   * Waits until the running calls have settled, and closes what the driver opened itself. A client that was passed in stays open.
   * Later calls reject with {@link StoreUnavailableError}; only the memory store has nothing to close.
   */
  close(): Promise<void>
}
