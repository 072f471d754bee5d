import { deleteInBatches } from '../../driver/delete-in-batches.js'
import {
  creationOutcome,
  sweepAtOf,
  writeOrigin,
  writeReplacedBy,
  writeSuperseded,
} from '../../driver/session-record.js'
import type { SessionStore } from '../../store.js'
import { readClock } from '../clock.js'
import type { DriverContext } from '../context.js'
import { keyOf, textOf } from '../text.js'
import { confirmations } from './confirmations.js'
import { findSessions } from './find.js'
import { revocations } from './revocations.js'
import { readRow } from './session-row.js'
import { statements } from './statements.js'

export function postgresSessions(context: DriverContext): SessionStore {
  const { query, tables } = context
  const sql = statements(tables)

  return {
    ...confirmations(context),
    ...revocations(context),

    find: findSessions(context),

    async create(session, ordinal) {
      const { id, tenant, subject, createdAt, generation, nonce, idleDeadline, absoluteDeadline, profileFrom, ended } =
        session
      const superseded = writeSuperseded(session.superseded)
      const confirmed = [generation, nonce, superseded, idleDeadline, absoluteDeadline, profileFrom]
      const end = [ended?.at ?? null, ended?.reason ?? null, writeReplacedBy(ended?.replacedBy), sweepAtOf(session)]
      const rest = [ordinal ?? null, writeOrigin(session)]
      const names = [textOf(id), keyOf(tenant), keyOf(subject)]
      const { count } = await query(sql.create, [...names, createdAt, ...confirmed, ...end, ...rest])
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

    async outdateProfile({ tenant, subject }, settle) {
      await query(sql.outdateProfile, [keyOf(tenant), keyOf(subject), Math.round(settle * 1000)])
    },

    async deleteExpired(keepFor, limit) {
      await query(sql.deleteRevocations, [limit])
      return deleteInBatches(limit, batchSize, async (size) => {
        const { rows } = await query(sql.sweep, [keepFor, size])
        const [examined, deleted] = rows[0]!
        return { examined: Number(examined), deleted: Number(deleted) }
      })
    },
  }
}

const batchSize = 500
