import type { RevocationEntry, SessionEndReason } from '@sessionward/protocol'
import { changedProfile } from '../../driver/revocation-entry.js'
import { writeReplacedBy } from '../../driver/session-record.js'
import type { SessionStore } from '../../store.js'
import { clock, clockOnce, readClock, readingClock } from '../clock.js'
import { type DriverContext, readJson } from '../context.js'
import type { Row } from '../database.js'
import type { Tables } from '../tables.js'
import { keyOf, readText, textOf } from '../text.js'
import { hasNotEnded } from './session-row.js'

type Verbs = Pick<SessionStore, 'revoke' | 'revokeBySubject' | 'recordProfileChange' | 'revokedSince'>

/** Ends and their entries, always in one statement. */
export function revocations({ query, tables }: DriverContext): Verbs {
  const sql = statements(tables)
  return {
    async revoke(id, reason, retention, replacedBy) {
      const { rows } = await query(sql.revoke, [reason, retention, textOf(id), writeReplacedBy(replacedBy)])
      return rows[0] ? entryOf(rows[0]) : null
    },

    async revokeBySubject({ tenant, subject }, reason, retention, except) {
      const kept = except === undefined ? null : textOf(except)
      const { rows } = await query(sql.revokeBySubject, [reason, retention, keyOf(tenant), keyOf(subject), kept])
      return rows.map(entryOf)
    },

    async recordProfileChange(owner, version, retention) {
      const entry = changedProfile(owner, version, 0)
      const { rows } = await query(sql.recordProfileChange, [JSON.stringify(entry), retention])
      return entryOf(rows[0]!)
    },

    async revokedSince(from) {
      const { rows } = await (from === null ? query(sql.revoked, []) : query(sql.revokedSince, [from]))
      const [, , , , now, epoch] = rows[0]!
      return { epoch: epoch!, now: readClock(now), entries: rows.filter(([expires]) => expires !== null).map(entryOf) }
    },
  }
}

function entryOf([expires, sid, reason, profile]: Row): RevocationEntry {
  if (sid == null) return { ...readJson<RevocationEntry>(profile), expires: Number(expires) }
  return { sid: readText(sid), reason: reason as SessionEndReason, expires: Number(expires) }
}

function statements({ history, sessions, revocations }: Tables) {
  const columns = 'expires, sid, reason, profile'
  // NumericDate, rounded up: an entry must not be gone before the last access token is.
  const expiryOf = (at: string) => `ceil(${at} / 1000::double precision + $2::double precision)::bigint`
  const revoke = (which: string, further = '') => `
      ended AS (
        UPDATE ${sessions} SET ended_at = ${clock}, ended_reason = $1, sweep_at = least(sweep_at, ${clock})${further}
        WHERE ${which} AND ${hasNotEnded} RETURNING id, ended_at)
      INSERT INTO ${revocations} (written_at, expires, sid, reason)
      SELECT ${clock}, ${expiryOf('ended_at')}, id, $1 FROM ended RETURNING ${columns}`
  const since = (when: string) => `
      SELECT ${columns}, clock.now, (SELECT epoch FROM ${history})
      FROM (SELECT ${readingClock} AS now) AS clock
      LEFT JOIN (
        SELECT ${columns}, number FROM ${revocations} WHERE expires > ${clockOnce} / 1000 ${when}
      ) AS found ON true ORDER BY number`
  return {
    revoke: `WITH ${revoke('id = $3', ', replaced_by = $4')}`,
    // Locked in the order in which batches lock them, and checked again after a wait for a lock.
    revokeBySubject: `
      WITH own AS MATERIALIZED (
        SELECT id FROM ${sessions}
        WHERE tenant = $3 AND subject = $4 AND ended_at IS NULL AND id IS DISTINCT FROM $5
        ORDER BY id FOR UPDATE),
      ${revoke('id = ANY (ARRAY (SELECT id FROM own))')}`,
    recordProfileChange: `
      INSERT INTO ${revocations} (written_at, expires, profile) SELECT now, ${expiryOf('now')}, $1
      FROM (SELECT ${clock} AS now) AS clock RETURNING ${columns}`,
    revoked: since(''),
    revokedSince: since('AND written_at >= $1::bigint'),
  }
}
