import { dateSupersessions } from '../../session/rotation.js'
import type { Session, SessionEnd, SupersededToken } from '../../session/session.js'
import { readSession, writeOrigin, writeReplacedBy, writeSuperseded } from '../driver/session-record.js'
import type { Owner } from '../store.js'
import type { Document } from './database.js'

/**
 * A session as a document:
 *
 * - what conditions, orders and pipelines ask, in fields of its own; the rest as one text of JSON, `origin`, so that no name
 *   that a person chose becomes the name of a field;
 * - `ended`, and `active`, which partial indexes ask; in it `replacedBy`, as JSON;
 * - `ordinal`, where it has one: a unique index lets an owner have each but once;
 * - `entry`, the revocation entry, while it counts: in the session, so that the end and its entry are one write;
 * - `sweepAt`, never later than the session's end, and moved only when a sweep looks at it: a refresh would otherwise write
 *   an index each time;
 * - `supersededAt`, the instant of the latest confirmation, for supersessions that are kept {@link undated}.
 */
export function rowOf(session: Session, ordinal: number | undefined): Document {
  const { id, tenant, subject, createdAt, generation, nonce, idleDeadline, absoluteDeadline, profileFrom, ended } =
    session
  return {
    _id: id,
    tenant,
    subject,
    createdAt,
    generation,
    nonce,
    superseded: writeSuperseded(session.superseded),
    idleDeadline,
    absoluteDeadline,
    profileFrom,
    active: ended === null,
    ended: ended && { ...ended, ...(ended.replacedBy && { replacedBy: writeReplacedBy(ended.replacedBy) }) },
    ...(ordinal === undefined ? {} : { ordinal }),
    sweepAt: Math.min(idleDeadline, absoluteDeadline, ended?.at ?? Number.POSITIVE_INFINITY),
    origin: writeOrigin(session),
  }
}

/** What {@link sessionOf} reads. */
export const sessionFields = {
  generation: 1,
  nonce: 1,
  superseded: 1,
  supersededAt: 1,
  idleDeadline: 1,
  profileFrom: 1,
  ended: 1,
  origin: 1,
} as const

export function sessionOf(row: Document): Session {
  const ended = row.ended as (Pick<SessionEnd, 'at' | 'reason'> & { readonly replacedBy?: string }) | null
  const session = readSession({
    generation: row.generation as number,
    // A copy: the driver's bytes are a view of the whole answer.
    nonce: Uint8Array.from(row.nonce as Uint8Array),
    superseded: row.superseded as Uint8Array,
    idleDeadline: row.idleDeadline as number,
    profileFrom: row.profileFrom as number,
    endedAt: ended?.at ?? null,
    endedReason: ended?.reason ?? null,
    replacedBy: ended?.replacedBy ?? null,
    origin: row.origin as string,
  })
  const superseded = dateSupersessions(session.superseded, undated, row.supersededAt as number)
  return Object.assign(session, { superseded })
}

/** The condition of an index. A value that is no text, from a caller that did not look, is compared and not carried out. */
export function activeOf({ tenant, subject }: Owner): Document {
  return { tenant: { $eq: tenant }, subject: { $eq: subject }, active: true }
}

/** The superseded tokens for a write of which only the server knows the instant. */
export function writeUndated(superseded: readonly SupersededToken[], decidedAt: number | undefined): Uint8Array {
  return writeSuperseded(dateSupersessions(superseded, decidedAt, undated))
}

/** No instant: it stands for `supersededAt`. */
const undated = -1
