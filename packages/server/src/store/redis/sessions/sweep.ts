import type { SessionStore } from '../../store.js'
import type { DriverContext } from '../context.js'
import * as index from '../indexes.js'
import { script } from '../script.js'
import { revocationLog } from './revocation-log.js'

/**
 * Deletes sessions that are over. The instant in the index is never later than the end of the session, and is corrected when
 * a sweep looks at it: otherwise each refresh would have to write the index.
 */
export function sweep(context: DriverContext): SessionStore['deleteExpired'] {
  const { run, names, now } = context
  const log = revocationLog(context)

  return async (retention, limit) => {
    await log.deleteExpired(limit)
    const before = (await now()) - retention * 1000
    return index.deleteBefore(context, names.sweep, before, limit, async (shard, id) => {
      const [outcome, detail] = (await run(sweepSession, [names.session(id)], [before])) as [string, string]
      if (outcome === 'later') {
        await run(index.setScore, [shard], ['XX', detail, id])
        return false
      }
      if (outcome === 'deleted') await run(index.remove, [names.sessionsOf(detail)], [id])
      await run(index.remove, [shard], [id])
      return outcome === 'deleted'
    })
  }
}

/**
 * Deletes a session that was over before an instant.
 *
 * ARGV: the instant.
 * @returns the outcome, and the owner; or when it will be over.
 */
const sweepSession = script(`
local fields = redis.call('HMGET', KEYS[1], 'idle', 'absolute', 'ended', 'owner')
if not fields[1] then return { 'gone', '' } end
local over = math.min(tonumber(fields[1]), tonumber(fields[2]), tonumber(fields[3]) or math.huge)
if over >= tonumber(ARGV[1]) then return { 'later', decimal(over) } end
redis.call('DEL', KEYS[1])
return { 'deleted', fields[4] }
`)
