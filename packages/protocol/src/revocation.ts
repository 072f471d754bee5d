import { type SessionEndReason, sessionEndReasons } from './errors.js'

/** A session that guards refuse, although its access tokens have time left. */
export interface RevokedSession {
  readonly sid: string
  readonly reason: SessionEndReason
  /** NumericDate (seconds) from which no access token of the session can be alive any more. */
  readonly expires: number
}

/** A subject whose access tokens of an older profile version are sent back to be refreshed. Nobody is signed out. */
export interface ChangedProfile {
  readonly sub: string
  readonly tenant?: string
  /** Tokens whose `pv` is lower are refused with `claims_changed`. */
  readonly pv: number
  /** NumericDate (seconds) from which no older access token can be alive any more. */
  readonly expires: number
}

export type RevocationEntry = RevokedSession | ChangedProfile

/** Where a reader stands. `watermark` is milliseconds on the store's clock, `epoch` names the store's history. */
export interface RevocationCursor {
  readonly epoch: string
  readonly watermark: number
}

/**
 * One message of the revocation feed, as JSON and as the `data` of a server-sent event.
 *
 * The feed is a set: an entry may be learnt twice and in any order. A message without entries is a heartbeat.
 */
export interface RevocationMessage extends RevocationCursor {
  readonly version: 1
  /** Whether the entries are all there are, so that a reader may drop what it held before. */
  readonly snapshot: boolean
  readonly entries: readonly RevocationEntry[]
}

/**
 * How far behind its cursor a reader is answered at least, in seconds: longer than a write takes, so that a late commit is not
 * skipped. For one that is later still a reader is answered, once in each minute, with all that counts.
 */
export const revocationOverlap = 60

/** How often a message comes over an open feed at least, in seconds. */
export const revocationHeartbeat = 5

/** `epoch.watermark`, for `Last-Event-ID` and `?since=`. */
export function formatCursor(cursor: RevocationCursor): string {
  return `${cursor.epoch}.${cursor.watermark}`
}

/** The cursor in a text, or nothing where it is not one: a reader without a cursor gets a snapshot. */
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

/** Reads a list of entries as {@link parseRevocationMessage} does, whoever sent it. What is no list has none. */
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
