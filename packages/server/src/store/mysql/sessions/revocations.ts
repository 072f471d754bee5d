import type { RevocationEntry, SessionEndReason } from '@sessionward/protocol'
import { changedProfile } from '../../driver/revocation-entry.js'
import { writeReplacedBy } from '../../driver/session-record.js'
import type { SessionStore } from '../../store.js'
import type { Database, Row } from '../database.js'
import { clock, integer, readingClock } from '../sql.js'
import { isDigest, keyOf, keyOfOwner, noKey, readJson, readText } from '../text.js'
import { newMark } from './session-row.js'

type Verbs = Pick<SessionStore, 'revoke' | 'revokeBySubject' | 'recordProfileChange' | 'revokedSince'>

/** The entry of a session is its end. Other entries, and those of sessions that are deleted, are in a table of their own. */
export function revocations(database: Database): Verbs {
  return {
    async revoke(id, reason, retention, replacedBy) {
      const values = [reason, Math.ceil(retention * 1000), newMark(), writeReplacedBy(replacedBy), keyOf(id)]
      const { count, insertId } = await database.write(sql.revoke, values)
      return count === 0 ? null : { sid: id, reason, expires: insertId }
    },

    async revokeBySubject(owner, reason, retention, except) {
      const [mark, key] = [newMark(), keyOfOwner(owner)]
      const kept = except === undefined ? noKey : keyOf(except)
      const { count } = await database.write(sql.revokeBySubject, [
        reason,
        Math.ceil(retention * 1000),
        mark,
        key,
        kept,
      ])
      if (count === 0) return []
      // An ended session is not written again, so that it keeps the mark.
      return (await database.read(sql.marked, [key, mark])).map(entryOf)
    },

    async recordProfileChange(owner, version, retention) {
      const entry = changedProfile(owner, version, 0)
      const { insertId } = await database.write(sql.record, [Math.ceil(retention * 1000), JSON.stringify(entry)])
      return { ...entry, expires: insertId }
    },

    async revokedSince(from) {
      const since = from ?? 0
      const [history, ...rows] = await database.readOnPrimary(sql.revokedSince, [since, since])
      const [now, , , epoch] = history!
      return { epoch: readText(epoch), now: Number(now), entries: rows.map(entryOf) }
    },
  }
}

export function entryOf([expires, key, reason, document]: Row): RevocationEntry {
  if (reason === null) return { ...readJson<RevocationEntry>(document), expires: Number(expires) }
  const text = readText(key)
  const sid = isDigest(text) ? readJson<{ readonly id: string }>(document).id : text
  return { sid, reason: readText(reason) as SessionEndReason, expires: Number(expires) }
}

/** What {@link entryOf} reads, of sessions by the name `s`. The id is read from the origin where the key is a digest. */
export const entryColumns = "s.entry_expires, s.id, s.ended_reason, IF(s.id LIKE '#%', s.origin, NULL)"

// ended_at makes all of it count. The statements do not depend on the order of assignments, which differs by sql_mode.
const end = `
    UPDATE sessionward_sessions
    SET ended_reason = ?, entry_expires = LAST_INSERT_ID((${clock} + ${integer} + 999) DIV 1000), ended_at = ${clock},
      sweep_at = LEAST(sweep_at, ${clock}), mark = ?`

const sql = {
  revoke: `${end}, replaced_by = ? WHERE id = ? AND ended_at IS NULL`,
  revokeBySubject: `${end} WHERE owner = ? AND ended_at IS NULL AND id <> ?`,
  marked: `
    SELECT ${entryColumns} FROM sessionward_sessions AS s
    WHERE s.owner = ? AND s.ended_at IS NOT NULL AND s.mark = ?`,
  record: `
    INSERT INTO sessionward_revocations (id, written_at, expires, entry)
    VALUES (UUID_SHORT(), ${clock}, LAST_INSERT_ID((${clock} + ${integer} + 999) DIV 1000), ?)`,
  revokedSince: `
    SELECT ${readingClock}, NULL, NULL, epoch FROM sessionward_history
    UNION ALL
    SELECT ${entryColumns} FROM sessionward_sessions AS s
    WHERE s.ended_at >= ${integer} AND s.entry_expires > ${clock} DIV 1000
    UNION ALL
    SELECT expires, NULL, NULL, entry FROM sessionward_revocations
    WHERE written_at >= ${integer} AND expires > ${clock} DIV 1000`,
}
