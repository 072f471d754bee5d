import type { Session } from '../../../session/session.js'
import { createBatch } from '../../driver/batch.js'
import { creationOutcome } from '../../driver/outcomes.js'
import { writeSession } from '../../driver/session-record.js'
import type { SessionStore } from '../../store.js'
import type { Database, Value } from '../database.js'
import { clock, givenKey, integer, keyColumn, oneRow, readingClock, tableOf } from '../sql.js'
import { keyOf, keyOfOwner } from '../text.js'
import { confirmations } from './confirmations.js'
import { revocations } from './revocations.js'
import { newMark, readRow, sessionColumns } from './session-row.js'
import { sweep } from './sweep.js'

export function mysqlSessions(database: Database): SessionStore {
  return {
    ...confirmations(database),
    ...revocations(database),

    find: createBatch({
      async run(ids: readonly string[]) {
        const rows = await database.readOnPrimary(sql.find, [JSON.stringify(ids.map(keyOf))])
        const found = new Array<Awaited<ReturnType<SessionStore['find']>>>(ids.length)
        for (const [now, position, ...row] of rows) {
          found[Number(position) - 1] = { session: readRow(row), now: Number(now) }
        }
        return found
      },
    }),

    async create(session, ordinal) {
      const isCreated = await database.insert(sql.create, [...valuesOf(session), ordinal ?? null])
      return creationOutcome(isCreated, ordinal)
    },

    async lastOrdinal(owner) {
      const rows = await database.readOnPrimary(sql.lastOrdinal, [keyOfOwner(owner)])
      return Number(rows[0]![1])
    },

    async listBySubject(owner) {
      const rows = await database.readOnPrimary(sql.activeOf, [keyOfOwner(owner)])
      const sessions = rows.flatMap(([, ...row]) => readRow(row) ?? [])
      return sessions.sort((one, other) => other.createdAt - one.createdAt)
    },

    async outdateProfile(owner, gracePeriod) {
      await database.write(sql.outdateProfile, [Math.ceil(gracePeriod * 1000), keyOfOwner(owner)])
    },

    deleteExpired: (retention, limit) => sweep(database, retention, limit),
  }
}

function valuesOf(session: Session): Value[] {
  const record = writeSession(session)
  return [
    ...[keyOf(session.id), keyOfOwner(session), record.createdAt, record.generation, record.nonce, record.superseded],
    ...[record.idleDeadline, record.absoluteDeadline, record.profileFrom, record.endedAt, record.endedReason],
    ...[record.replacedBy, record.sweepAt, newMark(), record.origin],
  ]
}

const sql = {
  create: `
    INSERT INTO sessionward_sessions (id, owner, created_at, generation, nonce, superseded, superseded_at,
      idle_deadline, absolute_deadline, profile_from, ended_at, ended_reason, replaced_by, sweep_at, mark, origin, ordinal)
    VALUES (?, ?, ?, ?, ?, ?, 0, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  find: `
    SELECT ${readingClock}, given.position, ${sessionColumns}
    FROM ${tableOf(`position FOR ORDINALITY, ${keyColumn('$')}`)}
    LEFT JOIN sessionward_sessions AS s ON s.id = ${givenKey}`,
  lastOrdinal: `SELECT ${readingClock}, COALESCE(MAX(ordinal), 0) FROM sessionward_sessions WHERE owner = ?`,
  activeOf: `
    SELECT ${readingClock}, ${sessionColumns} FROM ${oneRow}
    LEFT JOIN sessionward_sessions AS s
      ON s.owner = ? AND s.ended_at IS NULL AND s.idle_deadline > ${clock} AND s.absolute_deadline > ${clock}`,
  outdateProfile: `
    UPDATE sessionward_sessions SET profile_from = GREATEST(profile_from, ${clock} + ${integer})
    WHERE owner = ? AND ended_at IS NULL`,
}
