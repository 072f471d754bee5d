import { randomBytes } from 'node:crypto'
import type { ReplacedBy, SessionEndReason } from '@sessionward/protocol'
import type { Session } from '../../session/session.js'
import { changedProfile } from '../driver/revocation-entry.js'
import { writeOrigin, writeReplacedBy, writeSuperseded } from '../driver/session-record.js'
import type { SessionStore } from '../store.js'
import { type DriverContext, writeJson } from './context.js'
import { isDuplicate } from './faults.js'
import { readRevocations } from './revocations.js'
import { confirmations, touches } from './session-changes.js'
import { sessionColumns, sessionOf } from './session-rows.js'
import { sweep } from './session-sweep.js'
import { givenKey, integer, keyColumn, listOf, now, readingNow, tableOf } from './sql.js'
import { keyOf, keyOfOwner, textKeyOf } from './text-key.js'

export function mysqlSessions({ database }: DriverContext): SessionStore {
  const find = database.grouped<string, { readonly session: Session | null; readonly now: number }>({
    async run(ids) {
      const rows = await database.readOnPrimary(sql.find, [listOf(ids.map(textKeyOf))])
      const found = Array<{ readonly session: Session | null; readonly now: number }>(ids.length)
      for (const [at, position, generation, ...rest] of rows) {
        const session = generation === null ? null : sessionOf([generation, ...rest])
        found[Number(position) - 1] = { session, now: Number(at) }
      }
      return found
    },
  })

  return {
    async create(session, ordinal) {
      try {
        await database.write(sql.create, [...valuesOf(session), ordinal ?? null])
        return 'created'
      } catch (error) {
        if (!isDuplicate(error)) throw error
        if (ordinal !== undefined) return 'taken'
        throw new Error('a session with this id already exists')
      }
    },

    async lastOrdinal(owner) {
      const rows = await database.readOnPrimary(sql.lastOrdinal, [keyOfOwner(owner)])
      return Number(rows[0]![1])
    },

    find,
    confirm: confirmations(database),
    touch: touches(database),

    async revoke(id, reason, keepFor, replacedBy) {
      const values = [...endOf(reason, keepFor), newMark(), bytesOf(replacedBy), keyOf(id)]
      const { rows, noted } = await database.write(sql.end, values)
      return rows === 0 ? null : { sid: id, reason, expires: noted }
    },

    async revokeBySubject(owner, reason, keepFor, except) {
      const [mark, key] = [newMark(), keyOfOwner(owner)]
      const spared = except === undefined ? nobody : keyOf(except)
      const { rows } = await database.write(sql.endAll, [...endOf(reason, keepFor), mark, key, spared])
      if (rows === 0) return []
      // An ended session is not written again, so that the mark stays.
      const ended = await database.read(sql.endedBy, [key, mark])
      return ended.map(([expires, ...row]) => ({ sid: sessionOf(row).id, reason, expires: Number(expires) }))
    },

    async listBySubject(owner) {
      const rows = await database.readOnPrimary(sql.aliveOf, [keyOfOwner(owner)])
      return rows.filter(([, generation]) => generation !== null).map(([, ...row]) => sessionOf(row))
    },

    async outdateProfile(owner, settle) {
      await database.write(sql.outdateProfile, [Math.ceil(settle * 1000), keyOfOwner(owner)])
    },

    async recordProfileChange(owner, version, keepFor) {
      const entry = changedProfile(owner, version, 0)
      const { noted } = await database.write(sql.keep, [Math.ceil(keepFor * 1000), writeJson(entry)])
      return { ...entry, expires: noted }
    },

    revokedSince: (from) => readRevocations(database, from),
    deleteExpired: (keepFor, limit) => sweep(database, keepFor, limit),
  }
}

function valuesOf(session: Session) {
  const { id, createdAt, generation, nonce, idleDeadline, absoluteDeadline, profileFrom, ended } = session
  const sweepAt = Math.min(idleDeadline, absoluteDeadline, ended?.at ?? Number.POSITIVE_INFINITY)
  const superseded = Buffer.from(writeSuperseded(session.superseded))
  return [
    ...[keyOf(id), keyOfOwner(session), createdAt, generation, Buffer.from(nonce), superseded],
    ...[idleDeadline, absoluteDeadline, profileFrom],
    ...[ended?.at ?? null, ended ? Buffer.from(ended.reason) : null, bytesOf(ended?.replacedBy), sweepAt, newMark()],
    Buffer.from(writeOrigin(session)),
  ]
}

function endOf(reason: SessionEndReason, keepFor: number) {
  return [Buffer.from(reason), Math.ceil(keepFor * 1000)]
}

function bytesOf(replacedBy: ReplacedBy | undefined): Buffer | null {
  const written = writeReplacedBy(replacedBy)
  return written === null ? null : Buffer.from(written)
}

function newMark(): Buffer {
  return randomBytes(16)
}

/** No text has this key. */
const nobody = Buffer.from('#')

// Whoever sets ended_at sets all of it. The order of assignments does not matter, which differs by sql_mode.
const end = `
  UPDATE sessionward_sessions
  SET ended_reason = ?, entry_expires = LAST_INSERT_ID((${now} + ${integer} + 999) DIV 1000), ended_at = ${now},
    sweep_at = LEAST(sweep_at, ${now}), mark = ?`

const sql = {
  create: `
    INSERT INTO sessionward_sessions (id, owner, created_at, generation, nonce, superseded, superseded_at,
      idle_deadline, absolute_deadline, profile_from, ended_at, ended_reason, replaced_by, sweep_at, mark, origin, ordinal)
    VALUES (?, ?, ?, ?, ?, ?, 0, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  find: `
    SELECT ${readingNow}, given.position, ${sessionColumns}
    FROM ${tableOf(`position FOR ORDINALITY, ${keyColumn('$')}`)}
    LEFT JOIN sessionward_sessions AS s ON s.id = ${givenKey}`,
  lastOrdinal: `SELECT ${readingNow}, COALESCE(MAX(ordinal), 0) FROM sessionward_sessions WHERE owner = ?`,
  end: `${end}, replaced_by = ? WHERE id = ? AND ended_at IS NULL`,
  endAll: `${end} WHERE owner = ? AND ended_at IS NULL AND id <> ?`,
  endedBy: `
    SELECT s.entry_expires, ${sessionColumns} FROM sessionward_sessions AS s
    WHERE s.owner = ? AND s.ended_at IS NOT NULL AND s.mark = ?`,
  aliveOf: `
    SELECT clock.at, ${sessionColumns} FROM (SELECT ${readingNow} AS at) AS clock
    LEFT JOIN sessionward_sessions AS s
      ON s.owner = ? AND s.ended_at IS NULL AND s.idle_deadline > clock.at AND s.absolute_deadline > clock.at
    ORDER BY s.created_at DESC`,
  outdateProfile: `
    UPDATE sessionward_sessions SET profile_from = GREATEST(profile_from, ${now} + ${integer})
    WHERE owner = ? AND ended_at IS NULL`,
  keep: `
    INSERT INTO sessionward_revocations (id, written_at, expires, entry)
    VALUES (UUID_SHORT(), ${now}, LAST_INSERT_ID((${now} + ${integer} + 999) DIV 1000), ?)`,
}
