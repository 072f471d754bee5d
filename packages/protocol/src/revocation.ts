import { type SessionEndReason, sessionEndReasons } from './errors.js'

/** A revoked session, whose unexpired access tokens guards refuse. */
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

/** The position of a reader in the feed. */
export interface RevocationCursor {
  /** Identifies the history of the store. Changes when the store is restored or replaced. */
  readonly epoch: string
  /**
   * The store's time in milliseconds when the message was created. A message may arrive late but never early, so guards use it
   * to measure the offset of their own clock.
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
  /** Whether the message has all entries in effect, so that a reader may discard earlier ones. */
  readonly snapshot: boolean
  /** What was revoked or changed. */
  readonly entries: readonly RevocationEntry[]
}

/**
 * Seconds before the cursor from which entries are sent again, so that a transaction that commits late is not skipped. Once a
 * minute a reader gets all entries in effect, for commits that are even later.
 */
export const revocationOverlap = 60

/** Maximum number of seconds between two messages of an open feed. */
export const revocationHeartbeat = 5

/** `epoch.watermark`, for `Last-Event-ID` and `?since=`. */
export function formatCursor(cursor: RevocationCursor): string {
  return `${cursor.epoch}.${cursor.watermark}`
}

/** Parses a cursor. Returns undefined if it is not valid: a reader without a cursor gets a snapshot. */
export function parseCursor(text: string | null | undefined): RevocationCursor | undefined {
  const parts = /^([A-Za-z0-9_-]{1,64})\.(\d{1,15})$/.exec(text ?? '')
  return parts ? { epoch: parts[1]!, watermark: Number(parts[2]) } : undefined
}

const reasons: ReadonlySet<unknown> = new Set(sessionEndReasons)

/**
 * Parses one message of the feed. Skips entries of an unknown kind, and reads an unknown reason as `session_revoked`, because
 * refusing the tokens is the safe choice.
 *
 * @throws TypeError if the message does not have version 1 or a member is missing
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

/** Validates a list of entries like {@link parseRevocationMessage}. Anything but a list yields no entries. */
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
