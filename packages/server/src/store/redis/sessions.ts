import { changedProfile } from '../revocation-entry.js'
import { type SessionStore, StoreUnavailableError } from '../store.js'
import { callName } from './connection.js'
import type { DriverContext } from './context.js'
import * as index from './index-scripts.js'
import { ownerName, shardOf } from './names.js'
import { revoker } from './revoke.js'
import { fieldsOf, readRow, supersededOf, tokenOf } from './session-row.js'
import * as scripts from './session-scripts.js'
import { sessionsOfOwners } from './sessions-of-owners.js'
import { sweeper } from './sweep.js'

/**
 * How long after its absolute deadline a session is gone even if no sweep found it, in milliseconds: a year. The entry by
 * which a sweep finds it stands on another node of a cluster, and a failover may lose one and not the other.
 */
const goneAfter = 365 * 24 * 3_600_000

export function redisSessions(part: DriverContext): SessionStore {
  const { connection, names, log } = part
  const findRow = connection.grouped(scripts.findSessions)
  const confirmOne = connection.grouped(scripts.confirmSessions)
  const touchOne = connection.grouped(scripts.touchSessions)
  const { revoke, revokeAll } = revoker(part)
  const { idsOf, aliveOf } = sessionsOfOwners(part)
  const sweep = sweeper(part)

  return {
    async create(session) {
      const call = callName()
      const { id, idleDeadline, absoluteDeadline, ended } = session
      const fields = fieldsOf(session)
      const over = Math.min(idleDeadline, absoluteDeadline, ended?.at ?? Number.POSITIVE_INFINITY)
      await connection.verb(async () => {
        const gone = Math.ceil(Math.max(absoluteDeadline, Date.now()) + goneAfter)
        const [entered] = await Promise.all([
          connection.call(index.enter, [names.sessionsOf(ownerName(session))], [id, gone]),
          connection.call(index.enterEarlier, [names.sweep(shardOf(id))], [id, over]),
        ])
        const latest = Number(entered) + index.makeWithin
        const outcome = await connection.call(
          scripts.createSession,
          [names.session(id)],
          [call, latest, gone, ...fields],
        )
        if (outcome === 'exists') throw new Error('a session of this id exists already')
        if (outcome === 'late') throw new StoreUnavailableError('Redis came to it too late')
      })
    },

    async find(id) {
      const [now, row] = await findRow({ key: names.session(id) })
      return { session: readRow(row as string), now: Number(now) }
    },

    async confirm(id, expected, next) {
      const token = `${tokenOf(expected)} ${tokenOf(next)}`
      const arg = `${callName()} ${token} ${supersededOf(next)} ${next.idleDeadline}`
      const [, confirmed] = await confirmOne({ key: names.session(id), arg })
      return Number(confirmed) === 1 ? 'confirmed' : 'lost'
    },

    async touch(id, expected, idleDeadline) {
      const [, touched] = await touchOne({ key: names.session(id), arg: `${tokenOf(expected)} ${idleDeadline}` })
      return Number(touched) === 1 ? 'touched' : 'lost'
    },

    async revoke(id, reason, keepFor) {
      return connection.verb(() => revoke(id, reason, keepFor))
    },

    async revokeBySubject(owner, reason, keepFor, except) {
      return connection.verb(async () => {
        const ids = await idsOf(owner)
        return revokeAll(
          ids.filter((id) => id !== except),
          owner,
          reason,
          keepFor,
        )
      })
    },

    async listBySubject(owner) {
      return connection.verb(() => aliveOf(owner))
    },

    async outdateProfile(owner, settle) {
      await connection.verb(async () => {
        const args = [ownerName(owner), Math.ceil(settle * 1000)]
        const ids = await idsOf(owner)
        await Promise.all(ids.map((id) => connection.call(scripts.outdateProfile, [names.session(id)], args)))
      })
    },

    async recordProfileChange(owner, version, keepFor) {
      return connection.verb(async () => {
        const entry = changedProfile(owner, version, Math.ceil((await log.now()) / 1000 + keepFor))
        await log.keep(`profile ${ownerName(owner)} ${version}`, entry)
        return entry
      })
    },

    async revokedSince(from) {
      return connection.verb(() => log.since(from))
    },

    async deleteExpired(keepFor, limit) {
      return connection.verb(async () => {
        await log.deleteExpired(limit)
        return sweep((await log.now()) - keepFor * 1000, limit)
      })
    },
  }
}
