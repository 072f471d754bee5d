import type { SessionEndReason } from '@sessionward/protocol'
import type { Session } from '../../session/session.js'
import { readSession } from '../driver/session-record.js'
import { textOf } from './context.js'
import type { Row } from './database.js'

/** Of the table by the name `s`, in the order in which {@link sessionOf} reads them. */
export const sessionColumns = `s.generation, s.nonce, s.superseded, s.superseded_at, s.idle_deadline, s.profile_from,
  s.ended_at, s.ended_reason, s.replaced_by, s.origin`

export function sessionOf(row: Row): Session {
  const [generation, nonce, superseded, supersededAt, idleDeadline, profileFrom, ...rest] = row
  const [endedAt, endedReason, replacedBy, origin] = rest
  return readSession({
    generation: Number(generation),
    nonce: new Uint8Array(nonce as Buffer),
    superseded: dated(superseded as Buffer, supersededAt),
    idleDeadline: Number(idleDeadline),
    profileFrom: Number(profileFrom),
    endedAt: endedAt === null ? null : Number(endedAt),
    endedReason: endedReason === null ? null : (textOf(endedReason) as SessionEndReason),
    replacedBy: replacedBy === null ? null : textOf(replacedBy),
    origin: textOf(origin),
  })
}

/**
 * What stands in the place of an instant that only the database knows, when it writes: it keeps that in a column of its
 * own. No instant is it.
 */
export const undated = Number.NaN

/** The bytes are not shared, so they are changed in place. */
function dated(superseded: Buffer, at: unknown): Buffer {
  for (let start = atOffset; start < superseded.length; start += entryLength) {
    if (Number.isNaN(superseded.readDoubleBE(start))) superseded.writeDoubleBE(Number(at), start)
  }
  return superseded
}

/** As session-record.ts writes them. */
const entryLength = 20
const atOffset = 12
