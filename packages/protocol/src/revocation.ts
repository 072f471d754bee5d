import { type SessionEndReason, sessionEndReasons } from './errors.js'

/** A session that guards refuse, although its access tokens have not expired. */
export interface RevokedSession {
  /** `sid` of the access tokens that are refused. */
  readonly sid: string
  /** Why the session ended; it is the code of the refusal. */
  readonly reason: SessionEndReason
  /** NumericDate (seconds, by the store's clock) by which every access token of the session has expired. */
  readonly expires: number
}

/** A subject whose access tokens of an older profile version must be refreshed. Nobody is signed out. */
export interface ChangedProfile {
  /** The subject. */
  readonly sub: string
  /** Absent if there is only one tenant. */
  readonly tenant?: string
  /** Tokens whose `pv` is lower are refused with `claims_changed`. */
  readonly pv: number
  /** NumericDate (seconds) by which every older access token has expired. */
  readonly expires: number
}

/** One entry of the revocation feed. */
export type RevocationEntry = RevokedSession | ChangedProfile

/** How far a reader has read. */
export interface RevocationCursor {
  /** Names the store's history: another one begins when the store is restored or replaced. */
  readonly epoch: string
  /**
   * The store's clock in milliseconds when the message was made. A message may arrive late but never early, so guards learn
   * from it by how much their own clock differs.
   */
  readonly watermark: number
}

/**
 * One message of the revocation feed, as JSON and as the `data` of a server-sent event.
 *
 * The feed is a set: entries may arrive more than once and in any order. A message without entries is a heartbeat.
 */
export interface RevocationMessage extends RevocationCursor {
  /** Version of the format. */
  readonly version: 1
  /** Whether these are all entries that still count, so that a reader may drop what it held before. */
  readonly snapshot: boolean
  /** What was revoked or changed. */
  readonly entries: readonly RevocationEntry[]
}

/**
 * Seconds before its cursor from which a reader is answered at least: longer than a write takes, so that a late commit is not
 * skipped. For one that is later still, a reader gets all that counts once in each minute.
 */
export const revocationOverlap = 60

/** Seconds between two messages of an open feed at most. */
export const revocationHeartbeat = 5

/** `epoch.watermark`, for `Last-Event-ID` and `?since=`. */
export function formatCursor(cursor: RevocationCursor): string {
  return `${cursor.epoch}.${cursor.watermark}`
}

/** The cursor in a string, or undefined where it is not one: a reader without a cursor gets a snapshot. */
export function parseCursor(text: string | null | undefined): RevocationCursor | undefined {
  const parts = /^([A-Za-z0-9_-]{1,64})\.(\d{1,15})$/.exec(text ?? '')
  return parts ? { epoch: parts[1]!, watermark: Number(parts[2]) } : undefined
}

const reasons: ReadonlySet<unknown> = new Set(sessionEndReasons)

/**
 * Reads one message of the feed. Entries of a kind that this version does not know are left out; a reason that it does
 * not know counts as `session_revoked`, because refusing is the safe side.
 *
 * @throws TypeError where the message itself is not one of version 1.
 */
export function parseRevocationMessage(json: unknown): RevocationMessage {
  const message = json as Partial<RevocationMessage> | null
  if (typeof message !== 'object' || message === null) throw new TypeError('a revocation message must be a JSON object')
  if (message.version !== 1) throw new TypeError('a revocation message must have version 1')
  const { epoch, watermark, snapshot, entries } = message
  if (
    typeof epoch !== 'string' ||
    !Number.isSafeInteger(watermark) ||
    typeof snapshot !== 'boolean' ||
    !Array.isArray(entries)
  ) {
    throw new TypeError('a revocation message must have epoch, watermark, snapshot and entries')
  }
  return { version: 1, epoch, watermark: watermark as number, snapshot, entries: readRevocationEntries(entries) }
}

/** Reads a list of entries as {@link parseRevocationMessage} does, from any source. Anything but a list yields no entries. */
export function readRevocationEntries(values: unknown): RevocationEntry[] {
  return Array.isArray(values) ? values.flatMap(readEntry) : []
}

function readEntry(value: unknown): RevocationEntry[] {
  const entry = value as Record<string, unknown> | null
  if (typeof entry !== 'object' || entry === null || !Number.isSafeInteger(entry.expires)) return []
  const expires = entry.expires as number
  if (typeof entry.sid === 'string') {
    const reason = reasons.has(entry.reason) ? (entry.reason as SessionEndReason) : 'session_revoked'
    return [{ sid: entry.sid, reason, expires }]
  }
  if (typeof entry.sub === 'string' && Number.isSafeInteger(entry.pv)) {
    const tenant = typeof entry.tenant === 'string' ? { tenant: entry.tenant } : {}
    return [{ sub: entry.sub, ...tenant, pv: entry.pv as number, expires }]
  }
  return []
}
