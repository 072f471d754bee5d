import { randomBytes } from 'node:crypto'
import type { RevocationEntry } from '@sessionward/protocol'
import type { DriverContext } from '../context.js'
import { script } from '../script.js'

/**
 * The revocation entries by the time at which they were written, and the epoch of this store.
 *
 * All keys are in one slot, so that a reading is of one moment on one clock. Entries live as long as an access token, some
 * minutes, so that one server can hold them by far.
 */
export function revocationLog({ run, names }: DriverContext) {
  const { epoch, log } = names.revocations
  return {
    /** Keeps one entry under a name; of two, the one that expires later. Writing it again changes nothing. */
    async add(name: string, entry: RevocationEntry): Promise<void> {
      await run(addEntry, log, [name, entry.expires, JSON.stringify(entry)])
    },

    async since(from: number | null) {
      const newEpoch = randomBytes(16).toString('base64url')
      const answer = await run(readEntries, [epoch, ...log], [newEpoch, from ?? '-inf'])
      const [kept, time, members] = answer as readonly [string, string, readonly string[]]
      const now = Number(time)
      const entries = members.map((member) => JSON.parse(member.slice(sequenceLength)) as RevocationEntry)
      return { epoch: kept, now, entries: entries.filter(({ expires }) => expires * 1000 > now) }
    },

    async deleteExpired(limit: number): Promise<void> {
      await run(deleteEntries, log, [limit])
    },
  }
}

/** Digits before an entry, so that entries of one millisecond stay in the order in which they were written. */
const sequenceLength = 16

const deleteExpired = `
local function deleteExpired(limit)
  local names = redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', decimal(math.floor(now() / 1000)), 'LIMIT', 0, limit)
  for _, name in ipairs(names) do
    redis.call('ZREM', KEYS[1], redis.call('HGET', KEYS[3], name) or '')
    redis.call('HDEL', KEYS[3], name)
    redis.call('ZREM', KEYS[2], name)
  end
end
`

/** ARGV: name, when it expires in seconds, entry. Each deletes two expired ones, so that the log holds little else. */
const addEntry = script(`${deleteExpired}
local name, expires, entry = ARGV[1], tonumber(ARGV[2]), ARGV[3]
deleteExpired(2)
if expires * 1000 <= now() then return 0 end
local kept = redis.call('ZSCORE', KEYS[2], name)
if kept and tonumber(kept) >= expires then return 0 end
if kept then redis.call('ZREM', KEYS[1], redis.call('HGET', KEYS[3], name)) end
local member = string.format('%0${sequenceLength}.0f', redis.call('INCR', KEYS[4])) .. entry
redis.call('ZADD', KEYS[1], decimal(now()), member)
redis.call('ZADD', KEYS[2], ARGV[2], name)
redis.call('HSET', KEYS[3], name, member)
return 1
`)

/** ARGV: an epoch, if there is none yet; the first instant. A replica refuses to remove a missing member. */
const readEntries = script(`
redis.call('ZREM', KEYS[2], '')
local epoch = redis.call('GET', KEYS[1])
if not epoch then
  epoch = ARGV[1]
  redis.call('SET', KEYS[1], epoch)
end
return { epoch, decimal(now()), redis.call('ZRANGEBYSCORE', KEYS[2], ARGV[2], '+inf') }
`)

/** ARGV: how many at most. */
const deleteEntries = script(`${deleteExpired}
deleteExpired(ARGV[1])
`)
