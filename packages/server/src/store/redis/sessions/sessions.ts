import { setTimeout as sleep } from 'node:timers/promises'
import { creationOutcome, deadlinePassed } from '../../driver/outcomes.js'
import { writeSession } from '../../driver/session-record.js'
import type { SessionStore } from '../../store.js'
import type { DriverContext } from '../context.js'
import { newCallId } from '../database.js'
import * as index from '../indexes.js'
import { ownerName, shardOf } from '../names.js'
import { script } from '../script.js'
import { confirmations } from './confirmations.js'
import { findSessions, sessionIdsOf } from './find.js'
import { revocations } from './revocations.js'
import { fieldsOf } from './session-row.js'
import { sweep } from './sweep.js'

/**
 * Milliseconds after its absolute deadline at which Redis deletes a session that no sweep has found: a year. The index of the
 * sweep is on another node of a cluster, and a failover may lose one and not the other.
 */
const keptAfterDeadline = 365 * 24 * 3_600_000

/** Milliseconds: about a second together, many times as long as the creation of a session takes. */
const creationRetryDelays = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512]

/** In a cluster each session is in a slot of its own, apart from every index. */
export function redisSessions(context: DriverContext): SessionStore {
  const { run, names } = context

  /**
   * A session is in another slot than its ordinal, which is written first: waits until the session exists, and forbids it if
   * its node seems to have died in between.
   */
  async function awaitOrForbid(id: string): Promise<void> {
    for (const pause of creationRetryDelays) {
      if (Number(await run(wasCreated, [names.session(id)], [0])) === 1) return
      await sleep(pause)
    }
    await run(wasCreated, [names.session(id)], [1])
  }

  return {
    ...findSessions(context),
    ...confirmations(context),
    ...revocations(context),

    async create(session, ordinal) {
      const { id } = session
      const owner = ownerName(session)
      const record = writeSession(session)
      const { sweepAt, absoluteDeadline } = record
      const fields = [newCallId(), ...fieldsOf(owner, record)]
      const expiresAt = Math.ceil(Math.max(absoluteDeadline, Date.now()) + keptAfterDeadline)
      const [entered] = await Promise.all([
        ordinal === undefined
          ? run(index.enter, [names.sessionsOf(owner)], [id, expiresAt])
          : run(index.enter, [names.sessionsOf(owner), names.ordinalOf(owner)], [id, expiresAt, ordinal]),
        run(index.setScore, [names.sweep(shardOf(id))], ['LT', sweepAt, id]),
      ])
      if (entered === '') return 'taken'
      const latest = Number(entered) + index.creationWindow
      const outcome = await run(createSession, [names.session(id)], [latest, expiresAt, ...fields])
      const isForbidden = outcome === 'exists' && ordinal !== undefined
      if (outcome === 'late' || isForbidden) throw deadlinePassed('Redis')
      return creationOutcome(outcome === 'created', ordinal)
    },

    async lastOrdinal(owner) {
      const name = ownerName(owner)
      const last = (await run(index.newestMember, [names.sessionsOf(name), names.ordinalOf(name)])) as string
      const [ordinal, id] = last.split(' ')
      if (id !== undefined) await awaitOrForbid(id)
      return Number(ordinal)
    },

    async outdateProfile(owner, gracePeriod) {
      const args = [ownerName(owner), Math.ceil(gracePeriod * 1000)]
      const ids = await sessionIdsOf(context, owner)
      await Promise.all(ids.map((id) => run(outdateProfile, [names.session(id)], args)))
    },

    deleteExpired: sweep(context),
  }
}

/** ARGV: instant after which it is too late, instant at which Redis deletes the session, id of the call, fields. */
const createSession = script(`
local key, call = KEYS[1], ARGV[3]
local createdBy = redis.call('HGET', key, 'createdBy')
if createdBy then return createdBy == call and 'created' or 'exists' end
if now() > tonumber(ARGV[1]) then return 'late' end
redis.call('HSET', key, 'createdBy', unpack(ARGV, 3))
redis.call('PEXPIREAT', key, ARGV[2])
return 'created'
`)

/**
 * Whether a session exists. If not, and ARGV says so, it never will: a row without a token is no session.
 *
 * ARGV: 1 to forbid it.
 */
const wasCreated = script(`
if redis.call('HEXISTS', KEYS[1], 'token') == 1 then return 1 end
if ARGV[1] == '1' then
  redis.call('HSET', KEYS[1], 'createdBy', '-')
  redis.call('EXPIRE', KEYS[1], 86400)
end
return 0
`)

/** ARGV: owner, milliseconds from now. */
const outdateProfile = script(`
local fields = redis.call('HMGET', KEYS[1], 'ended', 'owner', 'profile')
if fields[1] ~= '' or fields[2] ~= ARGV[1] then return 0 end
local from = now() + tonumber(ARGV[2])
if tonumber(fields[3]) < from then redis.call('HSET', KEYS[1], 'profile', decimal(from)) end
return 1
`)
