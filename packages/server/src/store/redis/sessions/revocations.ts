import type { ReplacedBy, RevocationEntry, SessionEndReason } from '@sessionward/protocol'
import { changedProfile, expiryOf } from '../../driver/revocation-entry.js'
import type { SessionStore } from '../../store.js'
import type { DriverContext } from '../context.js'
import { newCallId } from '../database.js'
import * as index from '../indexes.js'
import { ownerName, shardOf } from '../names.js'
import { primaryOnly, script } from '../script.js'
import { sessionIdsOf } from './find.js'
import { revocationLog } from './revocation-log.js'
import { replacedByOf } from './session-row.js'

type Verbs = Pick<SessionStore, 'revoke' | 'revokeBySubject' | 'recordProfileChange' | 'revokedSince'>

/**
 * The entry is in another slot than the session, so no transaction can hold both. In turn: the session notes what the entry
 * will be; the entry is written; the session ends. A node that dies in between leaves an active session whose access tokens
 * are refused, and the next call continues from there. Concurrent calls agree on one entry, and one of them ends the session.
 */
export function revocations(context: DriverContext): Verbs {
  const { run, names, now } = context
  const log = revocationLog(context)

  /** @param owner By its {@link ownerName}; empty where any will do. */
  async function revoke(
    id: string,
    reason: SessionEndReason,
    retention: number,
    owner: string,
    replacedBy?: ReplacedBy,
  ): Promise<RevocationEntry | null> {
    const call = newCallId()
    const key = names.session(id)
    for (;;) {
      const announced = (await run(announceEnd, [key], [owner, reason, retention])) as string
      if (announced === '') return null
      const entry = entryOf(id, announced)
      await log.add(`session ${id}`, entry)
      const outcome = await run(endSession, [key], [call, announced, replacedByOf(replacedBy)])
      const [ended, endedOwner] = outcome as readonly [string, string]
      // The entry of another call expires later: it must be written before the session ends.
      if (ended === 'changed') continue
      if (ended !== 'ended') return null
      // The session has ended, whatever fails here: the sweep finds what stays behind.
      await Promise.allSettled([
        run(index.remove, [names.sessionsOf(endedOwner)], [id]),
        now().then((at) => run(index.setScore, [names.sweep(shardOf(id))], ['LT', at, id])),
      ])
      return entry
    }
  }

  return {
    revoke: (id, reason, retention, replacedBy) => revoke(id, reason, retention, '', replacedBy),

    async revokeBySubject(owner, reason, retention, except) {
      const ids = (await sessionIdsOf(context, owner)).filter((id) => id !== except)
      const entries = await Promise.all(ids.map((id) => revoke(id, reason, retention, ownerName(owner))))
      return entries.filter((entry) => entry !== null)
    },

    async recordProfileChange(owner, version, retention) {
      const entry = changedProfile(owner, version, expiryOf(await now(), retention))
      await log.add(`profile ${ownerName(owner)} ${version}`, entry)
      return entry
    },

    revokedSince: (from) => log.since(from),
  }
}

function entryOf(sid: string, announced: string): RevocationEntry {
  const [expires, reason] = announced.split(' ')
  return { sid, reason: reason as SessionEndReason, expires: Number(expires) }
}

/**
 * The entry that the end of an active session will have. Concurrent calls agree on the one that expires last.
 *
 * ARGV: owner, or nothing where any will do; reason; seconds to keep the entry.
 * @returns its expiry and reason; empty where there is nothing to end.
 */
const announceEnd = script(`${primaryOnly}
local key, owner, reason, keep = KEYS[1], ARGV[1], ARGV[2], tonumber(ARGV[3])
local fields = redis.call('HMGET', key, 'ended', 'owner', 'entry')
if fields[1] ~= '' or (owner ~= '' and owner ~= fields[2]) then return '' end
local expires = math.ceil(now() / 1000 + keep)
local entry = fields[3]
if entry == '' or tonumber(string.match(entry, '^%d+')) < expires then
  entry = decimal(expires) .. ' ' .. reason
  redis.call('HSET', key, 'entry', entry)
end
return entry
`)

/**
 * Ends an active session whose entry, as {@link announceEnd} returned it, has been written.
 *
 * ARGV: id of the call, the entry, what replaced it.
 * @returns the outcome, and the owner of the session.
 */
const endSession = script(`
local key, call, entry = KEYS[1], ARGV[1], ARGV[2]
local fields = redis.call('HMGET', key, 'ended', 'owner', 'entry', 'endedBy')
if not fields[1] then return { 'lost', '' } end
if fields[1] ~= '' then return { fields[4] == call and 'ended' or 'lost', fields[2] } end
if fields[3] ~= entry then return { 'changed', fields[2] } end
redis.call('HSET', key, 'ended', decimal(now()), 'reason', string.match(entry, ' (.*)$'), 'replacedBy', ARGV[3],
  'endedBy', call)
return { 'ended', fields[2] }
`)
