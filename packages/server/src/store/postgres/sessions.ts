import { writeOrigin, writeReplacedBy, writeSuperseded } from '../session-record.js'
import type { SessionStore } from '../store.js'
import { readClock } from './clock.js'
import { confirmations } from './confirmations.js'
import type { DriverContext } from './context.js'
import { revocations } from './revocations.js'
import { sessionFinder } from './session-finder.js'
import { readRow } from './session-row.js'
import { sessionStatements } from './session-statements.js'
import { keyOf, textOf } from './text.js'

export function postgresSessions(part: DriverContext): SessionStore {
  const { ask, tables } = part
  const sql = sessionStatements(tables)

  return {
    ...confirmations(part),
    ...revocations(part),

    find: sessionFinder(part),

    async create(session, ordinal) {
      const { id, tenant, subject, createdAt, generation, nonce, idleDeadline, absoluteDeadline, profileFrom, ended } =
        session
      const sweepAt = Math.min(idleDeadline, absoluteDeadline, ended?.at ?? Number.POSITIVE_INFINITY)
      const superseded = writeSuperseded(session.superseded)
      const confirmed = [generation, nonce, superseded, idleDeadline, absoluteDeadline, profileFrom]
      const end = [ended?.at ?? null, ended?.reason ?? null, writeReplacedBy(ended?.replacedBy), sweepAt]
      const rest = [ordinal ?? null, writeOrigin(session)]
      const names = [textOf(id), keyOf(tenant), keyOf(subject)]
      const { count } = await ask(sql.create, [...names, createdAt, ...confirmed, ...end, ...rest])
      if (count === 1) return 'created'
      if (ordinal !== undefined) return 'taken'
      throw new Error('a session with this id already exists')
    },

    async lastOrdinal({ tenant, subject }) {
      const { rows } = await ask(sql.lastOrdinal, [keyOf(tenant), keyOf(subject)])
      const [last, now] = rows[0]!
      readClock(now)
      return Number(last)
    },

    async listBySubject({ tenant, subject }) {
      const { rows } = await ask(sql.aliveOf, [keyOf(tenant), keyOf(subject)])
      readClock(rows[0]![0])
      return rows.flatMap((row) => readRow(row, 1) ?? [])
    },

    async outdateProfile({ tenant, subject }, settle) {
      await ask(sql.outdateProfile, [keyOf(tenant), keyOf(subject), Math.round(settle * 1000)])
    },

    async deleteExpired(keepFor, limit) {
      await ask(sql.deleteRevocations, [limit])
      let deleted = 0
      while (deleted < limit) {
        // A batch at a time, so that a refresh waits for one batch at most.
        const { rows } = await ask(sql.sweep, [keepFor, Math.min(limit - deleted, mostAtOnce)])
        const [looked, gone] = rows[0]!
        if (looked === '0') break
        deleted += Number(gone)
      }
      return deleted
    },
  }
}

const mostAtOnce = 500
