import { randomBytes } from 'node:crypto'
import type { RevocationEntry } from '@sessionward/protocol'
import type { Connection } from './connection.js'
import type { Names } from './names.js'
import { script } from './script.js'

/**
 * The revocation entries by the time at which they were written, and the name of this store's history.
 *
 * They stand under keys of one slot, so that a reading is of one moment on one clock. Entries live as long as an access
 * token, some minutes: what one server can write in that time is the limit, and it is a long way off.
 */
export class RevocationLog {
  readonly #connection: Connection
  readonly #names: Names['revocations']

  constructor(connection: Connection, names: Names) {
    this.#connection = connection
    this.#names = names.revocations
  }

  /** Keeps one entry under a name; of two, that which expires later. Writing it again changes nothing. */
  async keep(name: string, entry: RevocationEntry): Promise<void> {
    await this.#connection.call(keepEntry, this.#names.log, [name, entry.expires, JSON.stringify(entry)])
  }

  async since(from: number | null) {
    const fresh = randomBytes(16).toString('base64url')
    const keys = [this.#names.epoch, ...this.#names.log]
    const answer = await this.#connection.call(readEntries, keys, [fresh, from ?? '-inf'])
    const [epoch, time, written] = answer as readonly [string, string, readonly string[]]
    const now = Number(time)
    const entries = written.map((member) => JSON.parse(member.slice(sequenceLength)) as RevocationEntry)
    return { epoch, now, entries: entries.filter((entry) => entry.expires * 1000 > now) }
  }

  async now(): Promise<number> {
    return Number(await this.#connection.call(readClock, [this.#names.epoch]))
  }

  async deleteExpired(limit: number): Promise<void> {
    await this.#connection.call(deleteEntries, this.#names.log, [limit])
  }
}

/** Digits before an entry, so that entries of one millisecond stay in the order in which they were written. */
const sequenceLength = 16

const dropExpired = `
local function dropExpired(limit)
  local names = redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', text(math.floor(now() / 1000)), 'LIMIT', 0, limit)
  for _, name in ipairs(names) do
    redis.call('ZREM', KEYS[1], redis.call('HGET', KEYS[3], name) or '')
    redis.call('HDEL', KEYS[3], name)
    redis.call('ZREM', KEYS[2], name)
  end
end
`

/** ARGV: name, when it expires in seconds, entry. Each takes two old ones away, so that little is there but what counts. */
const keepEntry = script(`${dropExpired}
local name, expires, entry = ARGV[1], tonumber(ARGV[2]), ARGV[3]
dropExpired(2)
if expires * 1000 <= now() then return 0 end
local kept = redis.call('ZSCORE', KEYS[2], name)
if kept and tonumber(kept) >= expires then return 0 end
if kept then redis.call('ZREM', KEYS[1], redis.call('HGET', KEYS[3], name)) end
local member = string.format('%0${sequenceLength}.0f', redis.call('INCR', KEYS[4])) .. entry
redis.call('ZADD', KEYS[1], text(now()), member)
redis.call('ZADD', KEYS[2], ARGV[2], name)
redis.call('HSET', KEYS[3], name, member)
return 1
`)

/** ARGV: a name for the history, if it has none yet; the first instant. A replica refuses the removal of no member. */
const readEntries = script(`
redis.call('ZREM', KEYS[2], '')
local epoch = redis.call('GET', KEYS[1])
if not epoch then
  epoch = ARGV[1]
  redis.call('SET', KEYS[1], epoch)
end
return { epoch, text(now()), redis.call('ZRANGEBYSCORE', KEYS[2], ARGV[2], '+inf') }
`)

const readClock = script('return text(now())')

/** ARGV: how many at most. */
const deleteEntries = script(`${dropExpired}
dropExpired(ARGV[1])
`)
