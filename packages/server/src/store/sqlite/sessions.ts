import type { ReplacedBy, RevocationEntry, SessionEndReason } from '@sessionward/protocol'
import { dateSupersessions } from '../../session/rotation.js'
import type { Session } from '../../session/session.js'
import { type DeletedBatch, deleteInBatches } from '../driver/delete-in-batches.js'
import { creationOutcome } from '../driver/outcomes.js'
import { changedProfile, expiryOf } from '../driver/revocation-entry.js'
import { readSession, writeReplacedBy, writeSession } from '../driver/session-record.js'
import { writeSuperseded } from '../driver/superseded.js'
import type { SessionStore } from '../store.js'
import { type DriverContext, readJson } from './context.js'
import type { Row } from './database.js'

export function sqliteSessions({ connection, group, now }: DriverContext): SessionStore {
  let epoch: string | undefined

  function keep(entry: RevocationEntry): RevocationEntry {
    connection.run(sql.keep, [now(), entry.expires, JSON.stringify(entry)])
    return entry
  }

  function end(
    id: string,
    reason: SessionEndReason,
    retention: number,
    replacedBy?: ReplacedBy,
  ): RevocationEntry | null {
    const at = now()
    if (connection.run(sql.end, [at, reason, writeReplacedBy(replacedBy), at, id]) === 0) return null
    return keep({ sid: id, reason, expires: expiryOf(at, retention) })
  }

  /** Examines a batch of the sessions that may be over, and records the later end of those that are not. */
  function sweep(before: number, limit: number): DeletedBatch {
    const rows = connection.all(sql.toSweep, [before, limit])
    const over = rows.filter((row) => (row.over_at as number) < before)
    for (const row of rows) {
      if (over.includes(row)) connection.run(sql.delete, [row.rowid!])
      else connection.run(sql.sweepLater, [row.over_at!, row.rowid!])
    }
    return { examined: rows.length, deleted: over.length }
  }

  return {
    async create(session, ordinal) {
      const record = writeSession(session)
      const values = [
        ...[session.id, session.tenant, session.subject, record.createdAt, record.generation, record.nonce],
        ...[record.superseded, record.idleDeadline, record.absoluteDeadline, record.endedAt, record.endedReason],
        ...[record.replacedBy, record.sweepAt, record.profileFrom, ordinal ?? null, record.origin],
      ]
      const created = await group.write(() => connection.run(sql.create, values))
      return creationOutcome(created === 1, ordinal)
    },

    async lastOrdinal(owner) {
      return group.read(() => connection.get(sql.lastOrdinal, [owner.tenant, owner.subject])!.last as number)
    },

    async find(id) {
      return group.read(() => {
        const row = connection.get(sql.find, [id])
        return { session: row ? sessionOf(row) : null, now: now() }
      })
    },

    async confirm(id, expected, next) {
      const confirmed = await group.write(() => {
        const superseded = writeSuperseded(dateSupersessions(next.superseded, next.decidedAt, now()))
        const values = [next.generation, next.nonce, superseded, next.idleDeadline]
        return connection.run(sql.confirm, [...values, id, expected.generation, expected.nonce])
      })
      return confirmed === 1 ? 'confirmed' : 'lost'
    },

    async touch(id, expected, idleDeadline) {
      const values = [idleDeadline, id, expected.generation, expected.nonce]
      const touched = await group.write(() => connection.run(sql.touch, values))
      return touched === 1 ? 'touched' : 'lost'
    },

    async revoke(id, reason, retention, replacedBy) {
      return group.write(() => end(id, reason, retention, replacedBy))
    },

    async revokeBySubject(owner, reason, retention, except) {
      return group.write(() => {
        const rows = connection.all(sql.activeOf, [owner.tenant, owner.subject])
        const ids = rows.map((row) => readJson<string>(row.id)).filter((id) => id !== except)
        return ids.map((id) => end(id, reason, retention)!)
      })
    },

    async listBySubject(owner) {
      return group.read(() => {
        const at = now()
        return connection.all(sql.aliveOf, [owner.tenant, owner.subject, at, at]).map(sessionOf)
      })
    },

    async outdateProfile(owner, gracePeriod) {
      await group.write(() => {
        const from = now() + gracePeriod * 1000
        connection.run(sql.outdateProfile, [from, owner.tenant, owner.subject, from])
      })
    },

    async recordProfileChange(owner, version, retention) {
      return group.write(() => keep(changedProfile(owner, version, expiryOf(now(), retention))))
    },

    async revokedSince(from) {
      return group.read(() => {
        const at = now()
        const rows =
          from === null ? connection.all(sql.revoked, [at / 1000]) : connection.all(sql.revokedSince, [from, at / 1000])
        epoch ??= connection.get('SELECT epoch FROM history', [])?.epoch as string
        return { epoch, now: at, entries: rows.map((row) => readJson<RevocationEntry>(row.entry)) }
      })
    },

    async deleteExpired(retention, limit) {
      const before = now() - retention * 1000
      await group.write(() => connection.run(sql.deleteRevocations, [now() / 1000, limit]))
      return deleteInBatches(limit, limit, (size) => group.write(() => sweep(before, size)))
    },
  }
}

const sessionColumns =
  'generation, nonce, superseded, idle_deadline, profile_from, ended_at, ended_reason, replaced_by, origin'

function sessionOf(row: Row): Session {
  return readSession({
    generation: row.generation as number,
    nonce: row.nonce as Uint8Array,
    superseded: row.superseded as Uint8Array,
    idleDeadline: row.idle_deadline as number,
    profileFrom: row.profile_from as number,
    endedAt: row.ended_at as number | null,
    endedReason: row.ended_reason as SessionEndReason | null,
    replacedBy: row.replaced_by as string | null,
    origin: row.origin as string,
  })
}

const isStill = 'id = ? AND generation = ? AND nonce = ? AND ended_at IS NULL'

const sql = {
  create: `
    INSERT INTO sessions (id, tenant, subject, created_at, generation, nonce, superseded, idle_deadline,
      absolute_deadline, ended_at, ended_reason, replaced_by, sweep_at, profile_from, ordinal, origin)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
  lastOrdinal: `
    SELECT coalesce(max(ordinal), 0) AS last FROM sessions WHERE tenant = ? AND subject = ? AND ordinal IS NOT NULL`,
  find: `SELECT ${sessionColumns} FROM sessions WHERE id = ?`,
  confirm: `
    UPDATE sessions SET generation = ?, nonce = ?, superseded = ?, idle_deadline = max(idle_deadline, ?)
    WHERE ${isStill}`,
  touch: `UPDATE sessions SET idle_deadline = max(idle_deadline, ?) WHERE ${isStill}`,
  end: `
    UPDATE sessions SET ended_at = ?, ended_reason = ?, replaced_by = ?, sweep_at = min(sweep_at, ?)
    WHERE id = ? AND ended_at IS NULL`,
  outdateProfile: `
    UPDATE sessions SET profile_from = ?
    WHERE tenant = ? AND subject = ? AND ended_at IS NULL AND profile_from < ?`,
  activeOf: 'SELECT json_quote(id) AS id FROM sessions WHERE tenant = ? AND subject = ? AND ended_at IS NULL',
  aliveOf: `
    SELECT ${sessionColumns} FROM sessions
    WHERE tenant = ? AND subject = ? AND ended_at IS NULL AND idle_deadline > ? AND absolute_deadline > ?
    ORDER BY created_at DESC`,
  toSweep: `
    SELECT rowid, min(idle_deadline, absolute_deadline, coalesce(ended_at, idle_deadline)) AS over_at FROM sessions
    WHERE sweep_at < ? ORDER BY sweep_at LIMIT ?`,
  sweepLater: 'UPDATE sessions SET sweep_at = ? WHERE rowid = ?',
  delete: 'DELETE FROM sessions WHERE rowid = ?',
  keep: 'INSERT INTO revocations (written_at, expires, entry) VALUES (?, ?, ?)',
  revoked: 'SELECT entry FROM revocations WHERE expires > ?',
  revokedSince: 'SELECT entry FROM revocations WHERE written_at >= ? AND expires > ?',
  deleteRevocations: `
    DELETE FROM revocations WHERE rowid IN (SELECT rowid FROM revocations WHERE expires <= ? LIMIT ?)`,
}
