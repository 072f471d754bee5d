import { deleteInBatches } from '../driver/delete-in-batches.js'
import type { DriverContext } from './context.js'
import { shards } from './names.js'
import { script } from './script.js'

/**
 * Indexes: sorted sets of members, each in a slot of its own. An index is written before what it lists, and what it lists is
 * deleted before the index entry. So an index may list what does not exist, yet or any more, but never lacks what exists;
 * readers examine the listed thing itself.
 */

/** Milliseconds after its entry in an index within which a thing is created, or not at all. */
export const creationWindow = 5 * 60_000

/** Milliseconds after which an index entry that lists nothing is stale. */
export const staleAfter = 10 * 60_000

/**
 * Enters a member at the present time. With KEYS[2] and a number, only if the number kept there is the one before: it is kept
 * with the member that was entered last, for a day, which is longer than any caller uses a number that it has read.
 *
 * ARGV: member, instant until which the index is kept at least, or 0 if it has no expiry; number.
 * @returns the time; empty where the number is not the next.
 */
export const enter = script(`
local at, expiresAt = decimal(now()), tonumber(ARGV[2])
if KEYS[2] then
  local last, next = redis.call('GET', KEYS[2]) or '0', ARGV[3] .. ' ' .. ARGV[1]
  if last ~= next and tonumber(string.match(last, '^%d+')) ~= tonumber(ARGV[3]) - 1 then return '' end
  redis.call('SET', KEYS[2], next, 'EX', 86400)
end
redis.call('ZADD', KEYS[1], at, ARGV[1])
if expiresAt > 0 then
  local left = redis.call('PTTL', KEYS[1])
  if left == -1 or now() + left < expiresAt then redis.call('PEXPIREAT', KEYS[1], ARGV[2]) end
end
return at
`)

/** @returns the number and the member that entered last, separated by a space; empty where there are none. */
export const newestMember = script(`
redis.call('ZREM', KEYS[1], '')
return redis.call('GET', KEYS[2]) or ''
`)

/** ARGV: `LT` (unless it has a lower score), `NX` (unless it is there) or `XX` (if it is there); score, member. */
export const setScore = script(`return redis.call('ZADD', KEYS[1], unpack(ARGV))`)

/** ARGV: member. */
export const remove = script(`return redis.call('ZREM', KEYS[1], ARGV[1])`)

/** Removes a member that lists nothing, unless it was entered lately. ARGV: member, {@link staleAfter}. */
export const removeStale = script(`
local entered = redis.call('ZSCORE', KEYS[1], ARGV[1])
if not entered or tonumber(entered) > now() - tonumber(ARGV[2]) then return 0 end
return redis.call('ZREM', KEYS[1], ARGV[1])
`)

/** @returns all members. Removing a missing member is a write, which a replica refuses: its answer may be old. */
export const members = script(`
redis.call('ZREM', KEYS[1], '')
return redis.call('ZRANGE', KEYS[1], 0, -1)
`)

/** As {@link members}, some of them, in no order. ARGV: cursor. @returns the next cursor, and members and scores in turn. */
export const scan = script(`
redis.call('ZREM', KEYS[1], '')
return redis.call('ZSCAN', KEYS[1], ARGV[1], 'COUNT', 100)
`)

/** As {@link members}, with their scores in turn, from the highest score on. ARGV: how many at most. */
export const highest = script(`
redis.call('ZREM', KEYS[1], '')
return redis.call('ZREVRANGE', KEYS[1], 0, ARGV[1] - 1, 'WITHSCORES')
`)

/** Members below a score, the lowest first. ARGV: score, how many at most. */
const lowest = script(`
return redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', '(' .. ARGV[1], 'LIMIT', 0, ARGV[2])
`)

/** Members that are examined in one batch, so that a refresh does not wait long. */
const batchSize = 100

/**
 * Looks at what the shards of an index list before an instant, and deletes at most `limit`. It starts at a random shard, so that
 * no shard waits until others are empty.
 *
 * @param deleteOne Takes the member out of the shard, or gives it a later score. @returns whether it has deleted something.
 */
export async function deleteBefore(
  { run }: DriverContext,
  keyOf: (shard: number) => string,
  before: number,
  limit: number,
  deleteOne: (key: string, member: string) => Promise<boolean>,
): Promise<number> {
  const start = Math.floor(Math.random() * shards)
  let deleted = 0
  for (let turn = 0; turn < shards && deleted < limit; turn++) {
    const key = keyOf((start + turn) % shards)
    deleted += await deleteInBatches(limit - deleted, batchSize, async (size) => {
      const found = (await run(lowest, [key], [before, size])) as string[]
      const outcomes = await Promise.all(found.map((member) => deleteOne(key, member)))
      return { examined: found.length, deleted: outcomes.filter(Boolean).length }
    })
  }
  return deleted
}
