import { randomBytes } from 'node:crypto'
import type { ReplacedBy, RevocationEntry, SessionEndReason } from '@sessionward/protocol'
import { changedProfile } from '../../driver/revocation-entry.js'
import { writeReplacedBy } from '../../driver/session-record.js'
import type { Owner, SessionStore } from '../../store.js'
import type { Document } from '../client.js'
import type { DriverContext } from '../context.js'
import { expiry, literal, now } from '../expressions.js'
import { activeOf } from './session-row.js'

type Verbs = 'revoke' | 'revokeBySubject' | 'recordProfileChange' | 'revokedSince'

/**
 * Ends of sessions and their revocation entries. A session's entry is part of the session, so that both are one write of one
 * document; an entry of a profile is a document of its own.
 */
export function revocations({ database, names }: DriverContext): Pick<SessionStore, Verbs> {
  async function activeIdsOf(owner: Owner, except: string | undefined): Promise<readonly string[]> {
    const rows = await database.list(names.sessions, [{ $match: activeOf(owner) }, { $project: { _id: 1 } }])
    return rows.map((row) => row._id as string).filter((id) => id !== except)
  }

  return {
    async revoke(id, reason, retention, replacedBy) {
      const { value } = await database.write({
        findAndModify: names.sessions,
        query: { _id: { $eq: id }, active: true },
        update: end(reason, retention, newMark(), replacedBy),
        new: true,
        fields: ended,
      })
      return value ? entryOf(value) : null
    },

    async revokeBySubject(owner, reason, retention, except) {
      const ids = await activeIdsOf(owner, except)
      if (ids.length === 0) return []
      // Other calls may end some of them meanwhile: those that this one has ended have its mark.
      const mark = newMark()
      const update = { q: { _id: { $in: ids }, active: true }, u: end(reason, retention, mark), multi: true }
      await database.write({ update: names.sessions, updates: [update] })
      const rows = await database.list(names.sessions, [
        { $match: { _id: { $in: ids }, 'entry.mark': mark } },
        { $project: ended },
      ])
      return rows.map(entryOf)
    },

    async recordProfileChange({ tenant, subject }, version, retention) {
      const change = { tenant: literal(tenant), subject: literal(subject), version }
      const { value } = await database.write({
        findAndModify: names.profileChanges,
        query: { _id: newMark() },
        update: [{ $set: { ...change, at: now, expires: expiry(retention) } }],
        upsert: true,
        new: true,
      })
      return changeOf(value!)
    },

    async revokedSince(from) {
      const since = { $gte: from ?? 0 }
      // One question for all: it has one clock, and the history comes along even where there is no entry.
      const [history, ...rows] = await database.list(names.history, [
        { $match: { _id: 'history' } },
        { $project: { epoch: 1, now } },
        unionWith(names.sessions, { 'entry.at': since }, ended),
        unionWith(names.profileChanges, { at: since }, { tenant: 1, subject: 1, version: 1, expires: 1 }),
      ])
      const at = history!.now as number
      const entries = rows.map((row) => ('entry' in row ? entryOf(row) : changeOf(row)))
      return { epoch: history!.epoch as string, now: at, entries: entries.filter(({ expires }) => expires * 1000 > at) }
    },
  }
}

/** What {@link entryOf} reads. */
const ended = { 'entry.expires': 1, 'ended.reason': 1 } as const

function end(reason: SessionEndReason, retention: number, mark: string, replacedBy?: ReplacedBy): readonly Document[] {
  const written = writeReplacedBy(replacedBy)
  const fields = {
    active: false,
    ended: { at: now, reason: literal(reason), ...(written !== null && { replacedBy: literal(written) }) },
    entry: { at: now, expires: expiry(retention), mark: literal(mark) },
    sweepAt: { $min: ['$sweepAt', now] },
  }
  return [{ $set: fields }]
}

function entryOf(row: Document): RevocationEntry {
  const { reason } = row.ended as { readonly reason: SessionEndReason }
  const { expires } = row.entry as { readonly expires: number }
  return { sid: row._id as string, reason, expires }
}

function changeOf({ tenant, subject, version, expires }: Document): RevocationEntry {
  return changedProfile({ tenant, subject } as unknown as Owner, version as number, expires as number)
}

function unionWith(coll: string, condition: Document, fields: Document): Document {
  return { $unionWith: { coll, pipeline: [{ $match: condition }, { $project: fields }] } }
}

function newMark(): string {
  return randomBytes(12).toString('base64url')
}
