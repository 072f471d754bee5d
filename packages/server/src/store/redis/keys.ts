import type { KeyStore, SigningKey } from '../store.js'
import { callName } from './connection.js'
import type { DriverContext } from './context.js'
import { script } from './script.js'

/** A handful, all in one slot: what a script must look at is all there. */
export function redisKeys({ connection, names }: DriverContext): KeyStore {
  const keys = [names.keys.facts, names.keys.states, names.keys.taken]

  return {
    async list() {
      const answer = await connection.verb(() => connection.call(listKeys, keys))
      const [facts, states] = answer as readonly [readonly string[], readonly string[]]
      const found = facts.map((fact, index) => readKey(fact, states[index]!))
      return found.sort((one, other) => one.createdAt - other.createdAt)
    },

    async create(key) {
      const { kid, algorithm, state, since, sealedPrivateKey, ...rest } = key
      const sealed = Buffer.from(sealedPrivateKey).toString('base64url')
      const facts = JSON.stringify({ ...rest, kid, algorithm, sealed, madeBy: callName() })
      const created = await connection.verb(() =>
        connection.call(createKey, keys, [kid, facts, algorithm, state, since]),
      )
      return Number(created) === 1 ? 'created' : 'taken'
    },

    async rotate({ current, next }) {
      const rotated = await connection.verb(() => connection.call(rotateKeys, keys, [current, next, callName()]))
      return Number(rotated) === 1 ? 'rotated' : 'lost'
    },

    async deleteRetired(keepFor) {
      return Number(await connection.verb(() => connection.call(deleteRetired, keys, [Math.floor(keepFor * 1000)])))
    },
  }
}

function readKey(facts: string, kept: string): SigningKey {
  const { sealed, madeBy, ...rest } = JSON.parse(facts) as Omit<SigningKey, 'state' | 'since' | 'sealedPrivateKey'> & {
    readonly sealed: string
    readonly madeBy: string
  }
  const [state, since] = kept.split(' ')
  return {
    ...rest,
    state: state as SigningKey['state'],
    since: Number(since),
    sealedPrivateKey: new Uint8Array(Buffer.from(sealed, 'base64url')),
  }
}

// KEYS: facts by kid; state, since, name of the call that made it so, and algorithm by kid; kid by state and algorithm, for
// the states of which there is one.
const states = `
local facts, states, taken = KEYS[1], KEYS[2], KEYS[3]
local function stateOf(kid)
  local kept = redis.call('HGET', states, kid)
  if not kept then return nil end
  return string.match(kept, '^(%S+) (%S+) (%S+) (.*)$')
end
local function enter(kid, state, since, call, algorithm)
  redis.call('HSET', states, kid, table.concat({ state, since, call, algorithm }, ' '))
  if state ~= 'retired' then redis.call('HSET', taken, state .. ' ' .. algorithm, kid) end
end
`

// Deleting a field that is not there is a write, which a replica refuses: it may not have heard of the newest key.
const listKeys = script(`
redis.call('HDEL', KEYS[1], '')
local kids = redis.call('HKEYS', KEYS[1])
if #kids == 0 then return { {}, {} } end
return { redis.call('HMGET', KEYS[1], unpack(kids)), redis.call('HMGET', KEYS[2], unpack(kids)) }
`)

/** ARGV: kid, facts, algorithm, state, since. */
const createKey = script(`${states}
local kid, fact, algorithm, state, since = unpack(ARGV)
local kept = redis.call('HGET', facts, kid)
if kept then return kept == fact and 1 or 0 end
if redis.call('HEXISTS', taken, state .. ' ' .. algorithm) == 1 then return 0 end
redis.call('HSET', facts, kid, fact)
enter(kid, state, since, '-', algorithm)
return 1
`)

/** ARGV: the current kid, the next, name of the call. */
const rotateKeys = script(`${states}
local current, next, call = unpack(ARGV)
local state, _, by, algorithm = stateOf(current)
local nextState, _, nextBy, nextAlgorithm = stateOf(next)
if by == call and nextBy == call then return 1 end
if state ~= 'current' or nextState ~= 'next' or algorithm ~= nextAlgorithm then return 0 end
local since = text(now())
enter(current, 'retired', since, call, algorithm)
enter(next, 'current', since, call, algorithm)
redis.call('HDEL', taken, 'next ' .. algorithm)
return 1
`)

/** ARGV: milliseconds. */
const deleteRetired = script(`${states}
local before, deleted = now() - tonumber(ARGV[1]), 0
for _, kid in ipairs(redis.call('HKEYS', states)) do
  local state, since = stateOf(kid)
  if state == 'retired' and tonumber(since) < before then
    redis.call('HDEL', states, kid)
    redis.call('HDEL', facts, kid)
    deleted = deleted + 1
  end
end
return deleted
`)
