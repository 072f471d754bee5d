import type { ReplacedBy, RevocationEntry, SessionEndReason } from '@sessionward/protocol'
import type { ConfirmedToken, Session } from '../../session/session.js'
import type { Owner } from './owner.js'

/** The sessions of a store, and the entries of the revocation feed. An ended session stays in the store until `deleteExpired`. */
export interface SessionStore {
  /**
   * Stores a new session. If a session with its id is stored already, the call rejects with an Error, or, with an ordinal, may answer
   * `taken` instead.
   *
   * @param ordinal A whole number from 1. The session is then stored only if no session of its owner has that ordinal: of all calls
   * with the same ordinal, exactly one answers `created`. Default: none, and nothing is compared.
   */
  create(session: Session, ordinal?: number): Promise<'created' | 'taken'>

  /**
   * The highest ordinal of the stored sessions of a subject, ended ones included; 0 if none has an ordinal. Every session with that
   * ordinal or a lower one is either visible to {@link listBySubject} from now on, or is never created.
   */
  lastOrdinal(owner: Owner): Promise<number>

  /** Reads a session, also an ended one, and the store's clock at the moment of the read. `null` if it is not stored. */
  find(id: string): Promise<{ readonly session: Session | null; readonly now: number }>

  /**
   * Replaces the confirmed token `expected` with `next`, and sets the idle deadline, if the session is active and its confirmed token
   * still is `expected`. The idle deadline never moves backwards. Supersessions that are dated `decidedAt` are dated by the store's
   * clock at the moment of the write instead, so that a slow caller does not shorten the time window that starts with them.
   */
  confirm(
    id: string,
    expected: Pick<ConfirmedToken, 'generation' | 'nonce'>,
    next: ConfirmedToken & { readonly idleDeadline: number; readonly decidedAt?: number },
  ): Promise<'confirmed' | 'lost'>

  /** Moves the idle deadline forwards, if the session is active and its confirmed token still is `expected`. */
  touch(
    id: string,
    expected: Pick<ConfirmedToken, 'generation' | 'nonce'>,
    idleDeadline: number,
  ): Promise<'touched' | 'lost'>

  /**
   * Ends an active session and stores a revocation entry, both or neither.
   *
   * @param retention Seconds that the entry is kept: the time for which an access token of the session may still be valid.
   * @param replacedBy Stored with the end of the session, not in the entry.
   * @returns the entry; null if the session is not stored or has already ended, and then nothing changes.
   */
  revoke(
    id: string,
    reason: SessionEndReason,
    retention: number,
    replacedBy?: ReplacedBy,
  ): Promise<RevocationEntry | null>

  /** Ends every active session of a subject except the one with the id `except`, with one entry for each. */
  revokeBySubject(
    owner: Owner,
    reason: SessionEndReason,
    retention: number,
    except?: string,
  ): Promise<readonly RevocationEntry[]>

  /** The active sessions of a subject whose deadlines have not passed, the newest first. */
  listBySubject(owner: Owner): Promise<readonly Session[]>

  /**
   * Marks profiles as out of date in all active sessions of a subject: those that were read earlier than `gracePeriod` seconds from
   * now. Moves `profileFrom` forwards, never backwards. If it is called before a change that is made within that time, no profile
   * from before the change counts as current after it.
   */
  outdateProfile(owner: Owner, gracePeriod: number): Promise<void>

  /** Stores the entry that makes guards require a refresh of access tokens with an older profile version. */
  recordProfileChange(owner: Owner, version: number, retention: number): Promise<RevocationEntry>

  /**
   * Reads the entries that were written at or after `from`; with null, all that have not expired. Also reads the store's clock at the
   * moment of the read, and the epoch: a name for the history of this store, which is made once and kept, so that a reader notices
   * that it reads another store. The epoch is 1 to 64 characters of base64url.
   */
  revokedSince(from: number | null): Promise<{
    readonly epoch: string
    readonly now: number
    readonly entries: readonly RevocationEntry[]
  }>

  /**
   * Deletes at most `limit` sessions that ended, or whose deadline passed, more than `retention` seconds ago, and expired entries.
   *
   * @returns how many sessions were deleted.
   */
  deleteExpired(retention: number, limit: number): Promise<number>
}
