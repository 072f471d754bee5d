import { deleteInBatches } from '../../driver/delete-in-batches.js'
import { creationOutcome } from '../../driver/outcomes.js'
import { writeSession } from '../../driver/session-record.js'
import type { SessionStore } from '../../store.js'
import { before, clock, clockOnce, readClock, readingClock } from '../clock.js'
import type { DriverContext } from '../context.js'
import type { Tables } from '../tables.js'
import { keyOf, textOf } from '../text.js'
import { confirmations } from './confirmations.js'
import { findSessions } from './find.js'
import { revocations } from './revocations.js'
import { hasNotEnded, readRow, sessionColumns } from './session-row.js'

export function postgresSessions(context: DriverContext): SessionStore {
  const { query, tables } = context
  const sql = statements(tables)

  return {
    ...confirmations(context),
    ...revocations(context),

    find: findSessions(context),

    async create(session, ordinal) {
      const record = writeSession(session)
      const { count } = await query(sql.create, [
        ...[textOf(session.id), keyOf(session.tenant), keyOf(session.subject), record.createdAt, record.generation],
        ...[record.nonce, record.superseded, record.idleDeadline, record.absoluteDeadline, record.profileFrom],
        ...[record.endedAt, record.endedReason, record.replacedBy, record.sweepAt, ordinal ?? null, record.origin],
      ])
      return creationOutcome(count === 1, ordinal)
    },

    async lastOrdinal({ tenant, subject }) {
      const { rows } = await query(sql.lastOrdinal, [keyOf(tenant), keyOf(subject)])
      const [last, now] = rows[0]!
      readClock(now)
      return Number(last)
    },

    async listBySubject({ tenant, subject }) {
      const { rows } = await query(sql.aliveOf, [keyOf(tenant), keyOf(subject)])
      readClock(rows[0]![0])
      return rows.flatMap((row) => readRow(row, 1) ?? [])
    },

    async outdateProfile({ tenant, subject }, gracePeriod) {
      await query(sql.outdateProfile, [keyOf(tenant), keyOf(subject), Math.round(gracePeriod * 1000)])
    },

    async deleteExpired(retention, limit) {
      await query(sql.deleteRevocations, [limit])
      return deleteInBatches(limit, batchSize, async (size) => {
        const { rows } = await query(sql.sweep, [retention, size])
        const [examined, deleted] = rows[0]!
        return { examined: Number(examined), deleted: Number(deleted) }
      })
    },
  }
}

const batchSize = 500

function statements({ sessions, revocations }: Tables) {
  return {
    create: `
      INSERT INTO ${sessions} (id, tenant, subject, created_at, generation, nonce, superseded, idle_deadline,
        absolute_deadline, profile_from, ended_at, ended_reason, replaced_by, sweep_at, ordinal, origin)
      VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16) ON CONFLICT DO NOTHING`,
    lastOrdinal: `
      SELECT coalesce(max(ordinal), 0), ${readingClock} FROM ${sessions}
      WHERE tenant = $1 AND subject = $2 AND ordinal IS NOT NULL`,
    aliveOf: `
      SELECT clock.now, ${sessionColumns}
      FROM (SELECT ${readingClock} AS now) AS clock
      LEFT JOIN ${sessions} ON tenant = $1 AND subject = $2 AND ended_at IS NULL
        AND idle_deadline > clock.now AND absolute_deadline > clock.now
      ORDER BY created_at DESC`,
    // Locked in the order in which batches lock them.
    outdateProfile: `
      WITH own AS MATERIALIZED (
        SELECT id FROM ${sessions} WHERE tenant = $1 AND subject = $2 AND ended_at IS NULL ORDER BY id FOR UPDATE)
      UPDATE ${sessions} SET profile_from = greatest(profile_from, ${clock} + $3::bigint)
      WHERE id = ANY (ARRAY (SELECT id FROM own)) AND ${hasNotEnded}`,
    // Examines a batch of the sessions that may be over, and records the later end of those that are not. Rows that are
    // locked at the moment are left for the next sweep.
    sweep: `
      WITH due AS MATERIALIZED (SELECT ${before('$1')} AS before),
      examined AS MATERIALIZED (
        SELECT id, least(idle_deadline, absolute_deadline, coalesce(ended_at, idle_deadline)) AS over_at
        FROM ${sessions} WHERE sweep_at < (SELECT before FROM due)
        ORDER BY sweep_at LIMIT $2::bigint FOR UPDATE SKIP LOCKED),
      deleted AS (
        DELETE FROM ${sessions} WHERE id = ANY (ARRAY (SELECT id FROM examined, due WHERE over_at < before)) RETURNING 1),
      kept AS (
        UPDATE ${sessions} AS one SET sweep_at = examined.over_at FROM examined, due
        WHERE examined.over_at >= due.before AND one.id = examined.id)
      SELECT (SELECT count(*) FROM examined), (SELECT count(*) FROM deleted)`,
    deleteRevocations: `
      DELETE FROM ${revocations} WHERE number = ANY (ARRAY (
        SELECT number FROM ${revocations} WHERE expires <= ${clockOnce} / 1000
        ORDER BY expires LIMIT $1 FOR UPDATE SKIP LOCKED))`,
  }
}
