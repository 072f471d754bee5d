import type { ConfirmedToken, Session } from '../../../session/session.js'
import { createBatch } from '../../driver/batch.js'
import { creationOutcome } from '../../driver/outcomes.js'
import { writeConfirmation } from '../../driver/superseded.js'
import type { SessionStore } from '../../store.js'
import { bulkUpdate, findByIds, insertOne, type Update, type UpdateOutcome } from '../bulk.js'
import type { Document } from '../client.js'
import type { DriverContext } from '../context.js'
import { now, onlyIf } from '../expressions.js'
import { revocations } from './revocations.js'
import { activeOf, rowOf, sessionFields, sessionOf } from './session-row.js'
import { sweep } from './sweep.js'

export function mongodbSessions(context: DriverContext): SessionStore {
  const { database, names } = context

  const read = createBatch<string, { readonly session: Session | null; readonly now: number }>({
    async run(ids) {
      const { byId, now } = await findByIds(database, names.sessions, ids, sessionFields)
      const at = now ?? (await context.now())
      return ids.map((id) => {
        const row = byId.get(id)
        return row ? { session: sessionOf(row), now: row.now as number } : { session: null, now: at }
      })
    },
  })

  const update = createBatch<Update, UpdateOutcome>({
    run: (updates) => bulkUpdate(database, names.sessions, updates),
  })

  /** Changes a session if its confirmed token is still the expected one. The condition is part of the idle deadline's value. */
  async function change(id: string, expected: Expected, idleDeadline: number, others: Document): Promise<boolean> {
    const later = { $max: ['$idleDeadline', idleDeadline] }
    const fields = { ...others, idleDeadline: onlyIf(isStill(expected), later) }
    const outcome = await update({ id, pipeline: [{ $set: fields }] })
    if (outcome instanceof Error) throw outcome
    return outcome === 'done'
  }

  return {
    async create(session, ordinal) {
      const outcome = await insertOne(database, names.sessions, rowOf(session, ordinal))
      return creationOutcome(outcome === 'inserted', ordinal)
    },

    async lastOrdinal({ tenant, subject }) {
      const rows = await database.list(names.sessions, [
        { $match: { tenant: { $eq: tenant }, subject: { $eq: subject }, ordinal: { $gte: 1 } } },
        { $sort: { ordinal: -1 } },
        { $limit: 1 },
        { $project: { ordinal: 1 } },
      ])
      return (rows[0]?.ordinal as number | undefined) ?? 0
    },

    find: (id) => read(id),

    async confirm(id, expected, next) {
      const { generation, nonce, idleDeadline } = next
      const confirmed = { generation, nonce, superseded: writeConfirmation(next), supersededAt: now }
      return (await change(id, expected, idleDeadline, confirmed)) ? 'confirmed' : 'lost'
    },

    async touch(id, expected, idleDeadline) {
      return (await change(id, expected, idleDeadline, {})) ? 'touched' : 'lost'
    },

    async listBySubject(owner) {
      const rows = await database.list(names.sessions, [
        { $match: activeOf(owner) },
        { $sort: { createdAt: -1 } },
        { $project: { ...sessionFields, now } },
      ])
      return rows.flatMap((row) => {
        const session = sessionOf(row)
        return Math.min(session.idleDeadline, session.absoluteDeadline) > (row.now as number) ? [session] : []
      })
    },

    async outdateProfile(owner, gracePeriod) {
      const from = { $add: [now, gracePeriod * 1000] }
      const later = [{ $set: { profileFrom: { $max: ['$profileFrom', from] } } }]
      await database.write({
        update: names.sessions,
        updates: [{ q: activeOf(owner), u: later, multi: true }],
      })
    },

    ...revocations(context),
    ...sweep(context),
  }
}

type Expected = Pick<ConfirmedToken, 'generation' | 'nonce'>

function isStill({ generation, nonce }: Expected): Document {
  return { $and: ['$active', { $eq: ['$generation', generation] }, { $eq: ['$nonce', nonce] }] }
}
