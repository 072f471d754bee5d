import { setTimeout as sleep } from 'node:timers/promises'
import { changedProfile } from '../driver/revocation-entry.js'
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

/** Milliseconds: about a second together, many times as long as it takes to make a session. */
const makingPauses = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512]

export function redisSessions(part: DriverContext): SessionStore {
  const { connection, names, log } = part
  const findRow = connection.grouped(scripts.findSessions)
  const confirmOne = connection.grouped(scripts.confirmSessions)
  const touchOne = connection.grouped(scripts.touchSessions)
  const { revoke, revokeAll } = revoker(part)
  const { idsOf, aliveOf } = sessionsOfOwners(part)
  const sweep = sweeper(part)

  /** @returns the time; empty where the ordinal is taken. */
  function enter(owner: string, id: string, gone: number, ordinal: number | undefined) {
    const own = names.sessionsOf(owner)
    if (ordinal === undefined) return connection.call(index.enter, [own], [id, gone])
    return connection.call(index.enterNext, [own, names.ordinalOf(owner)], [id, gone, ordinal])
  }

  /**
   * A session stands in another slot than its ordinal, which is written first: waits until the session is made, and forbids
   * it where its node seems to have died in between.
   */
  async function madeOrNever(id: string): Promise<void> {
    for (const pause of makingPauses) {
      if (Number(await connection.call(scripts.wasMade, [names.session(id)], [0])) === 1) return
      await sleep(pause)
    }
    await connection.call(scripts.wasMade, [names.session(id)], [1])
  }

  return {
    async create(session, ordinal) {
      const call = callName()
      const { id, idleDeadline, absoluteDeadline, ended } = session
      const fields = fieldsOf(session)
      const over = Math.min(idleDeadline, absoluteDeadline, ended?.at ?? Number.POSITIVE_INFINITY)
      return connection.verb(async () => {
        const gone = Math.ceil(Math.max(absoluteDeadline, Date.now()) + goneAfter)
        const [entered] = await Promise.all([
          enter(ownerName(session), id, gone, ordinal),
          connection.call(index.enterEarlier, [names.sweep(shardOf(id))], [id, over]),
        ])
        if (entered === '') return 'taken'
        const latest = Number(entered) + index.makeWithin
        const outcome = await connection.call(
          scripts.createSession,
          [names.session(id)],
          [call, latest, gone, ...fields],
        )
        if (outcome === 'created') return outcome
        if (outcome === 'exists' && ordinal === undefined) throw new Error('a session with this id already exists')
        throw new StoreUnavailableError('Redis received the change after its deadline and made no change')
      })
    },

    async lastOrdinal(owner) {
      return connection.verb(async () => {
        const name = ownerName(owner)
        const keys = [names.sessionsOf(name), names.ordinalOf(name)]
        const [ordinal, id] = ((await connection.call(index.lastEntered, keys)) as string).split(' ')
        if (id !== undefined) await madeOrNever(id)
        return Number(ordinal)
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

    async revoke(id, reason, keepFor, replacedBy) {
      return connection.verb(() => revoke(id, reason, keepFor, '', replacedBy))
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
