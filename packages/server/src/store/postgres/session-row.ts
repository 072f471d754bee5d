import type { SessionEndReason } from '@sessionward/protocol'
import type { Session } from '../../session/session.js'
import { readSession } from '../session-record.js'
import type { Row } from './database.js'

/** What {@link readRow} reads. Bytes in hex, whatever form of them the database was set to. */
export const sessionColumns = `generation, encode(nonce, 'hex') AS nonce, encode(superseded, 'hex') AS superseded,
  idle_deadline, profile_from, ended_at, ended_reason, replaced_by, origin`

/**
 * That a session has not ended, where it is looked for by its id. `ended_at IS NULL` says the same, and makes the
 * planner read all of the index of those sessions while there are few of them, with a plan that is kept when there are
 * many.
 */
export const hasNotEnded = 'coalesce(ended_at, -1) < 0'

/**
 * @param from where in the row the session begins
 * @returns null where an outer join has found none.
 */
export function readRow(row: Row, from: number): Session | null {
  const generation = row[from]
  if (generation == null) return null
  const endedAt = row[from + 5]
  return readSession({
    generation: Number(generation),
    // A piece of memory of its own: a small Buffer is a view of a pool that many share.
    nonce: new Uint8Array(Buffer.from(row[from + 1]!, 'hex')),
    superseded: Buffer.from(row[from + 2]!, 'hex'),
    idleDeadline: Number(row[from + 3]),
    profileFrom: Number(row[from + 4]),
    endedAt: endedAt == null ? null : Number(endedAt),
    endedReason: row[from + 6] as SessionEndReason | null,
    replacedBy: row[from + 7] ?? null,
    origin: row[from + 8]!,
  })
}
