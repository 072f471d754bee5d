import { randomBytes } from 'node:crypto'
import type { SessionEndReason } from '@sessionward/protocol'
import type { Session } from '../../../session/session.js'
import { readSession } from '../../driver/session-record.js'
import type { Row } from '../database.js'
import { readText } from '../text.js'

/** What {@link readRow} reads, of the table by the name `s`. */
export const sessionColumns = `s.generation, s.nonce, s.superseded, s.superseded_at, s.idle_deadline, s.profile_from,
  s.ended_at, s.ended_reason, s.replaced_by, s.origin`

/** @returns null if an outer join has found none. */
export function readRow(row: Row): Session | null {
  const [generation, nonce, superseded, supersededAt, idleDeadline, profileFrom, ...rest] = row
  const [endedAt, endedReason, replacedBy, origin] = rest
  if (generation === null) return null
  return readSession({
    generation: Number(generation),
    nonce: new Uint8Array(nonce as Buffer),
    superseded: superseded as Buffer,
    supersededAt: Number(supersededAt),
    idleDeadline: Number(idleDeadline),
    profileFrom: Number(profileFrom),
    endedAt: endedAt === null ? null : Number(endedAt),
    endedReason: endedReason === null ? null : (readText(endedReason) as SessionEndReason),
    replacedBy: replacedBy === null ? null : readText(replacedBy),
    origin: readText(origin),
  })
}

/** Names one write, in the column `mark` of the rows that it has written. */
export function newMark(): Buffer {
  return randomBytes(16)
}
