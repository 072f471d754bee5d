import type { Session, SessionEnd } from '../../../session/session.js'
import { readSession, writeSession } from '../../driver/session-record.js'
import type { Owner } from '../../store.js'
import type { Document } from '../client.js'

/**
 * A session as a document:
 *
 * - what conditions, orders and pipelines use, in fields of their own; the rest as JSON in `origin`, so that no name that a
 *   person chose becomes the name of a field;
 * - `ended`, with `replacedBy` as JSON, and `active`, which partial indexes use;
 * - `ordinal`, where it has one: a unique index lets an owner have each only once;
 * - `entry`, the revocation entry, while it counts: in the session, so that the end and its entry are one write;
 * - `sweepAt`, never later than the session's end, and moved only when a sweep looks at it: a refresh would otherwise write
 *   an index each time;
 * - `supersededAt`, the instant of the latest confirmation, as superseded.ts explains.
 */
export function rowOf(session: Session, ordinal: number | undefined): Document {
  const { id, tenant, subject } = session
  const { endedAt, endedReason, replacedBy, ...record } = writeSession(session)
  return {
    _id: id,
    tenant,
    subject,
    ...record,
    active: endedAt === null,
    ended: endedAt === null ? null : { at: endedAt, reason: endedReason, ...(replacedBy !== null && { replacedBy }) },
    ...(ordinal !== undefined && { ordinal }),
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
  return readSession({
    generation: row.generation as number,
    // A copy: the driver's bytes are a view of the whole answer.
    nonce: Uint8Array.from(row.nonce as Uint8Array),
    superseded: row.superseded as Uint8Array,
    supersededAt: row.supersededAt as number,
    idleDeadline: row.idleDeadline as number,
    profileFrom: row.profileFrom as number,
    endedAt: ended?.at ?? null,
    endedReason: ended?.reason ?? null,
    replacedBy: ended?.replacedBy ?? null,
    origin: row.origin as string,
  })
}

/** The condition of an index. With `$eq` a value that is not a string is compared and never read as an operator. */
export function activeOf({ tenant, subject }: Owner): Document {
  return { tenant: { $eq: tenant }, subject: { $eq: subject }, active: true }
}
