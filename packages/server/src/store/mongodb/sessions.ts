import type { ConfirmedToken, Session } from '../../session/session.js'
import { createBatch } from '../driver/batch.js'
import type { SessionStore } from '../store.js'
import type { DriverContext } from './context.js'
import type { Document } from './database.js'
import { now, onlyIf } from './expressions.js'
import { findEach } from './find-each.js'
import { insertOne } from './insert-each.js'
import { mongodbRevocations } from './revocations.js'
import { activeOf, rowOf, sessionFields, sessionOf, writeUndated } from './session-row.js'
import { mongodbSweep } from './sweep.js'
import { type Outcome, type Statement, updateEach } from './update-each.js'

export function mongodbSessions(part: DriverContext): SessionStore {
  const { commands, names } = part

  const read = createBatch<string, { readonly session: Session | null; readonly now: number }>({
    async run(ids) {
      const { byId, now } = await findEach(commands, names.sessions, ids, sessionFields)
      const at = now ?? (await part.now())
      return ids.map((id) => {
        const row = byId.get(id)
        return row ? { session: sessionOf(row), now: row.now as number } : { session: null, now: at }
      })
    },
  })

  const update = createBatch<Statement, Outcome>({
    run: (statements) => updateEach(commands, names.sessions, statements),
  })

  /** Changes a session that is still as it was read. The idle deadline, which never moves backwards, carries the condition. */
  async function change(id: string, expected: Expected, idleDeadline: number, others: Document): Promise<boolean> {
    const later = { $max: ['$idleDeadline', idleDeadline] }
    const fields = { ...others, idleDeadline: onlyIf(isStill(expected), later) }
    const outcome = await update({ id, pipeline: [{ $set: fields }] })
    if (outcome instanceof Error) throw outcome
    return outcome === 'done'
  }

  return {
    async create(session, ordinal) {
      const outcome = await insertOne(commands, names.sessions, rowOf(session, ordinal))
      if (outcome === 'inserted') return 'created'
      if (ordinal !== undefined) return 'taken'
      throw new Error('a session with this id already exists')
    },

    async lastOrdinal({ tenant, subject }) {
      const rows = await commands.list(names.sessions, [
        { $match: { tenant: { $eq: tenant }, subject: { $eq: subject }, ordinal: { $gte: 1 } } },
        { $sort: { ordinal: -1 } },
        { $limit: 1 },
        { $project: { ordinal: 1 } },
      ])
      return (rows[0]?.ordinal as number | undefined) ?? 0
    },

    find: (id) => read(id),

    async confirm(id, expected, { generation, nonce, superseded, idleDeadline, decidedAt }) {
      const confirmed = { generation, nonce, superseded: writeUndated(superseded, decidedAt), supersededAt: now }
      return (await change(id, expected, idleDeadline, confirmed)) ? 'confirmed' : 'lost'
    },

    async touch(id, expected, idleDeadline) {
      return (await change(id, expected, idleDeadline, {})) ? 'touched' : 'lost'
    },

    async listBySubject(owner) {
      const rows = await commands.list(names.sessions, [
        { $match: activeOf(owner) },
        { $sort: { createdAt: -1 } },
        { $project: { ...sessionFields, now } },
      ])
      return rows.flatMap((row) => {
        const session = sessionOf(row)
        return Math.min(session.idleDeadline, session.absoluteDeadline) > (row.now as number) ? [session] : []
      })
    },

    async outdateProfile(owner, settle) {
      const from = { $add: [now, settle * 1000] }
      const later = [{ $set: { profileFrom: { $max: ['$profileFrom', from] } } }]
      await commands.write({
        update: names.sessions,
        updates: [{ q: activeOf(owner), u: later, multi: true }],
      })
    },

    ...mongodbRevocations(part),
    ...mongodbSweep(part),
  }
}

type Expected = Pick<ConfirmedToken, 'generation' | 'nonce'>

function isStill({ generation, nonce }: Expected): Document {
  return { $and: ['$active', { $eq: ['$generation', generation] }, { $eq: ['$nonce', nonce] }] }
}
