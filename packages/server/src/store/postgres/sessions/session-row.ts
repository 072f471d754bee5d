import type { SessionEndReason } from '@sessionward/protocol'
import type { Session } from '../../../session/session.js'
import { readSession } from '../../driver/session-record.js'
import type { Row } from '../database.js'

/** What {@link readRow} reads. Bytes in hex, whatever `bytea_output` is set to. */
export const sessionColumns = `generation, encode(nonce, 'hex') AS nonce, encode(superseded, 'hex') AS superseded,
  idle_deadline, profile_from, ended_at, ended_reason, replaced_by, origin, superseded_at`

/**
 * Where sessions are found by id. With `ended_at IS NULL` the planner would scan the partial index of active sessions while
 * they are few, in a plan that is kept when they are many.
 */
export const hasNotEnded = 'coalesce(ended_at, -1) < 0'

/**
 * @param from The index of the session's first column.
 * @returns null if an outer join has found none.
 */
export function readRow(row: Row, from: number): Session | null {
  const generation = row[from]
  if (generation == null) return null
  const endedAt = row[from + 5]
  return readSession({
    generation: Number(generation),
    nonce: new Uint8Array(Buffer.from(row[from + 1]!, 'hex')),
    superseded: Buffer.from(row[from + 2]!, 'hex'),
    supersededAt: Number(row[from + 9]),
    idleDeadline: Number(row[from + 3]),
    profileFrom: Number(row[from + 4]),
    endedAt: endedAt == null ? null : Number(endedAt),
    endedReason: row[from + 6] as SessionEndReason | null,
    replacedBy: row[from + 7] ?? null,
    origin: row[from + 8]!,
  })
}
