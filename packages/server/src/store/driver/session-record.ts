import type { ReplacedBy, SessionEndReason } from '@sessionward/protocol'
import type { Session, SessionEnd, SessionOrigin } from '../../session/session.js'
import { readSuperseded, writeSuperseded } from './superseded.js'

/** A session as the drivers keep it: what conditions compare in fields of its own, what is only carried as JSON. */
export interface SessionRecord {
  readonly generation: number
  /** 16 bytes. A copy, because a small Buffer is a view of a pool that many share. */
  readonly nonce: Uint8Array
  /** As `superseded.ts` wrote it. */
  readonly superseded: Uint8Array
  /** The instant of the latest confirmation on the store's clock, where the driver uses `writeConfirmation`. */
  readonly supersededAt?: number
  readonly idleDeadline: number
  readonly profileFrom: number
  readonly endedAt: number | null
  readonly endedReason: SessionEndReason | null
  /** As {@link writeReplacedBy} wrote it. */
  readonly replacedBy: string | null
  /** As {@link writeOrigin} wrote it. */
  readonly origin: string
}

/** What a driver writes of a new session, its id and its owner excepted. */
export interface NewSessionRecord extends Omit<SessionRecord, 'supersededAt'> {
  readonly createdAt: number
  readonly absoluteDeadline: number
  /** When to examine whether the session is over: not later than its end. */
  readonly sweepAt: number
}

export function writeSession(session: Session): NewSessionRecord {
  const { createdAt, generation, nonce, idleDeadline, absoluteDeadline, profileFrom, ended } = session
  return {
    createdAt,
    generation,
    // A copy, because the caller may change its bytes while the statement waits for a connection.
    nonce: Uint8Array.from(nonce),
    superseded: writeSuperseded(session.superseded),
    idleDeadline,
    absoluteDeadline,
    profileFrom,
    endedAt: ended?.at ?? null,
    endedReason: ended?.reason ?? null,
    replacedBy: writeReplacedBy(ended?.replacedBy),
    sweepAt: Math.min(idleDeadline, absoluteDeadline, ended?.at ?? Number.POSITIVE_INFINITY),
    origin: writeOrigin(session),
  }
}

export function readSession(record: SessionRecord): Session {
  const origin = JSON.parse(record.origin) as Omit<SessionOrigin, 'salt'> & { readonly salt: unknown }
  const { generation, nonce, idleDeadline, profileFrom } = record
  // Not a spread: the V8 of Node 20 takes 10 us to spread an object of this size and to add to it, for each refresh.
  return Object.assign(origin, {
    salt: new Uint8Array(Buffer.from(origin.salt as string, 'base64url')),
    generation,
    nonce,
    // A copy, because its tokens are views of it, and a small Buffer is a view of a pool that many share.
    superseded: readSuperseded(new Uint8Array(record.superseded), record.supersededAt),
    idleDeadline,
    profileFrom,
    ended: readEnd(record),
  })
}

function readEnd({ endedAt, endedReason, replacedBy }: SessionRecord): SessionEnd | null {
  if (endedAt === null) return null
  const end = { reason: endedReason!, at: endedAt }
  return replacedBy === null ? end : { ...end, replacedBy: JSON.parse(replacedBy) as ReplacedBy }
}

/** JSON; null if there is nothing to keep. */
export function writeReplacedBy(replacedBy: ReplacedBy | undefined): string | null {
  return replacedBy === undefined ? null : JSON.stringify(replacedBy)
}

/** What never changes in a session, as JSON. */
export function writeOrigin(session: Session): string {
  const { generation, nonce, superseded, idleDeadline, profileFrom, ended, salt, ...origin } = session
  return JSON.stringify({ ...origin, salt: Buffer.from(salt).toString('base64url') })
}
