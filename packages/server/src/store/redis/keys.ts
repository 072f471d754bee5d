import type { KeyStore, SigningKey } from '../store.js'
import type { DriverContext } from './context.js'
import { newCallId } from './database.js'
import { primaryOnly, script } from './script.js'

/** A handful, all in one slot, so that each script sees all of them. */
export function redisKeys({ run, names }: DriverContext): KeyStore {
  const keys = [names.keys.origins, names.keys.states, names.keys.taken]

  return {
    async list() {
      const [origins, states] = (await run(listKeys, keys)) as readonly [readonly string[], readonly string[]]
      const found = origins.map((json, index) => readKey(json, states[index]!))
      return found.sort((one, other) => one.createdAt - other.createdAt)
    },

    async create({ state, since, sealedPrivateKey, ...rest }) {
      const sealed = Buffer.from(sealedPrivateKey).toString('base64url')
      const origin = JSON.stringify({ ...rest, sealed, createdBy: newCallId() })
      const created = await run(createKey, keys, [rest.kid, origin, rest.algorithm, state, since])
      return Number(created) === 1 ? 'created' : 'taken'
    },

    async rotate({ current, next }) {
      return Number(await run(rotateKeys, keys, [current, next, newCallId()])) === 1 ? 'rotated' : 'lost'
    },

    async deleteRetired(retention) {
      return Number(await run(deleteRetired, keys, [Math.floor(retention * 1000)]))
    },
  }
}

type KeyOrigin = Omit<SigningKey, 'state' | 'since' | 'sealedPrivateKey'>

function readKey(json: string, kept: string): SigningKey {
  const { sealed, createdBy, ...origin } = JSON.parse(json) as KeyOrigin & { sealed: string; createdBy: string }
  const [state, since] = kept.split(' ')
  return {
    ...origin,
    state: state as SigningKey['state'],
    since: Number(since),
    sealedPrivateKey: new Uint8Array(Buffer.from(sealed, 'base64url')),
  }
}

// KEYS: origins by kid; state, since, id of the call that wrote it, and algorithm by kid; kid by state and algorithm, for the
// states of which there is one.
const states = `
local origins, states, taken = KEYS[1], KEYS[2], KEYS[3]
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

const listKeys = script(`${primaryOnly}
local kids = redis.call('HKEYS', KEYS[1])
if #kids == 0 then return { {}, {} } end
return { redis.call('HMGET', KEYS[1], unpack(kids)), redis.call('HMGET', KEYS[2], unpack(kids)) }
`)

/** ARGV: kid, origin, algorithm, state, since. */
const createKey = script(`${states}
local kid, origin, algorithm, state, since = unpack(ARGV)
local kept = redis.call('HGET', origins, kid)
if kept then return kept == origin and 1 or 0 end
if redis.call('HEXISTS', taken, state .. ' ' .. algorithm) == 1 then return 0 end
redis.call('HSET', origins, kid, origin)
enter(kid, state, since, '-', algorithm)
return 1
`)

/** ARGV: the current kid, the next, id of the call. */
const rotateKeys = script(`${primaryOnly}
${states}
local current, next, call = unpack(ARGV)
local state, _, by, algorithm = stateOf(current)
local nextState, _, nextBy, nextAlgorithm = stateOf(next)
if by == call and nextBy == call then return 1 end
if state ~= 'current' or nextState ~= 'next' or algorithm ~= nextAlgorithm then return 0 end
local since = decimal(now())
enter(current, 'retired', since, call, algorithm)
enter(next, 'current', since, call, algorithm)
redis.call('HDEL', taken, 'next ' .. algorithm)
return 1
`)

/** ARGV: milliseconds. */
const deleteRetired = script(`${primaryOnly}
${states}
local before, deleted = now() - tonumber(ARGV[1]), 0
for _, kid in ipairs(redis.call('HKEYS', states)) do
  local state, since = stateOf(kid)
  if state == 'retired' and tonumber(since) < before then
    redis.call('HDEL', states, kid)
    redis.call('HDEL', origins, kid)
    deleted = deleted + 1
  end
end
return deleted
`)
