import { script } from './script.js'

/**
 * Indexes: sorted sets of members, each in a slot of its own. What belongs together is written in this order: first the
 * index, then what it names, and it is deleted the other way about. So an index may name what is not there, or not any
 * more, and never lacks what is; readers look at the thing itself.
 */

/** Milliseconds after its entry in an index within which a thing is made, or not at all. */
export const makeWithin = 5 * 60_000

/** Milliseconds for which an index entry that names nothing may be about to. */
export const mayBeMade = 10 * 60_000

/**
 * Enters a member at the present time.
 *
 * ARGV: member, instant until which the index is kept at least; 0 for ever.
 * @returns the time.
 */
export const enter = script(`
local at, untilThen = text(now()), tonumber(ARGV[2])
redis.call('ZADD', KEYS[1], at, ARGV[1])
if untilThen > 0 then
  local left = redis.call('PTTL', KEYS[1])
  if left == -1 or now() + left < untilThen then redis.call('PEXPIREAT', KEYS[1], ARGV[2]) end
end
return at
`)

/**
 * As {@connection enter}, if the number in KEYS[2] is the one before: it stands there with the member that entered last. A
 * day is longer than any caller goes on with a number that it has read.
 *
 * ARGV: member, instant until which the index is kept at least, number.
 * @returns the time; empty where the number is not the next.
 */
export const enterNext = script(`
local last, next = redis.call('GET', KEYS[2]) or '0', ARGV[3] .. ' ' .. ARGV[1]
if last ~= next and tonumber(string.match(last, '^%d+')) ~= tonumber(ARGV[3]) - 1 then return '' end
local at = text(now())
redis.call('SET', KEYS[2], next, 'EX', 86400)
redis.call('ZADD', KEYS[1], at, ARGV[1])
local left = redis.call('PTTL', KEYS[1])
if left == -1 or now() + left < tonumber(ARGV[2]) then redis.call('PEXPIREAT', KEYS[1], ARGV[2]) end
return at
`)

/** @returns the number and the member that entered last, with a blank between them; empty where there are none. */
export const lastEntered = script(`
redis.call('ZREM', KEYS[1], '')
return redis.call('GET', KEYS[2]) or ''
`)

/** Enters a member at a score, if it has none or a later one. ARGV: member, score. */
export const enterEarlier = script(`return redis.call('ZADD', KEYS[1], 'LT', ARGV[2], ARGV[1])`)

/** Enters a member at a score, if it has none. ARGV: member, score. */
export const enterOnce = script(`return redis.call('ZADD', KEYS[1], 'NX', ARGV[2], ARGV[1])`)

/** Moves a member that is there to a score. ARGV: member, score. */
export const move = script(`return redis.call('ZADD', KEYS[1], 'XX', ARGV[2], ARGV[1])`)

/** ARGV: member. */
export const remove = script(`return redis.call('ZREM', KEYS[1], ARGV[1])`)

/** Removes a member that names nothing, unless it was entered a moment ago. ARGV: member, {@connection mayBeMade}. */
export const removeStale = script(`
local entered = redis.call('ZSCORE', KEYS[1], ARGV[1])
if not entered or tonumber(entered) > now() - tonumber(ARGV[2]) then return 0 end
return redis.call('ZREM', KEYS[1], ARGV[1])
`)

/** @returns all members. Removing one that is none is a write, which a replica refuses: its answer may be old. */
export const members = script(`
redis.call('ZREM', KEYS[1], '')
return redis.call('ZRANGE', KEYS[1], 0, -1)
`)

/** As {@connection members}, a part of them, in no order. ARGV: cursor. @returns the next cursor, and members and scores in turn. */
export const scan = script(`
redis.call('ZREM', KEYS[1], '')
return redis.call('ZSCAN', KEYS[1], ARGV[1], 'COUNT', 100)
`)

/** Members of lower scores than a limit, the lowest first. ARGV: limit, how many at most. */
export const lowest = script(`
return redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', '(' .. ARGV[1], 'LIMIT', 0, ARGV[2])
`)

/** Members and scores in turn, from the highest score on. ARGV: how many at most. */
export const highest = script(`return redis.call('ZREVRANGE', KEYS[1], 0, ARGV[1] - 1, 'WITHSCORES')`)
