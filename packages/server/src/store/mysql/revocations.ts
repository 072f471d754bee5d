import type { RevocationEntry, SessionEndReason } from '@sessionward/protocol'
import type { SessionStore } from '../store.js'
import { readJson, textOf } from './context.js'
import type { Database, Row } from './database.js'
import { integer, now, readingNow } from './sql.js'
import { isDigest } from './text-key.js'

/** Entries of sessions are their ends; others, and those of sessions that are deleted, have a table. */
export async function readRevocations(
  database: Database,
  from: number | null,
): ReturnType<SessionStore['revokedSince']> {
  const since = from ?? 0
  const [history, ...rows] = await database.readOnPrimary(revokedSince, [since, since])
  const [at, , , epoch] = history!
  return { epoch: textOf(epoch), now: Number(at), entries: rows.map(entryOf) }
}

export function entryOf([expires, key, reason, document]: Row): RevocationEntry {
  if (reason === null) return { ...readJson<RevocationEntry>(document), expires: Number(expires) }
  const text = textOf(key)
  const sid = isDigest(text) ? readJson<{ readonly id: string }>(document).id : text
  return { sid, reason: textOf(reason) as SessionEndReason, expires: Number(expires) }
}

/** The columns that {@link entryOf} reads, of sessions by the name `s`. The whole session only where its key is a digest. */
export const entryColumns = "s.entry_expires, s.id, s.ended_reason, IF(s.id LIKE '#%', s.origin, NULL)"

const revokedSince = `
  SELECT ${readingNow}, NULL, NULL, epoch FROM sessionward_history
  UNION ALL
  SELECT ${entryColumns} FROM sessionward_sessions AS s WHERE s.ended_at >= ${integer} AND s.entry_expires > ${now} DIV 1000
  UNION ALL
  SELECT expires, NULL, NULL, entry FROM sessionward_revocations WHERE written_at >= ${integer} AND expires > ${now} DIV 1000`
