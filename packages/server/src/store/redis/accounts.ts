import { deadlinePassed, subjectExists } from '../driver/outcomes.js'
import type { Account, AccountStore, Owner } from '../store.js'
import type { DriverContext } from './context.js'
import { newCallId } from './database.js'
import { scopeIndex } from './scope-index.js'
import { primaryOnly, script } from './script.js'
import { usernameIndex } from './usernames.js'

export function redisAccounts(context: DriverContext): AccountStore {
  const { run, batched, names } = context
  const findRow = batched(findAccounts)
  const usernames = usernameIndex(context, find)
  const scopes = scopeIndex(context, find)

  async function find(owner: Owner): Promise<Account | null> {
    const [, json] = await findRow(names.account(owner))
    return json === '' ? null : (JSON.parse(json as string) as Account)
  }

  return {
    find,

    async create(account) {
      const call = newCallId()
      const fields = fieldsOf(account)
      const username = await usernames.claim(account, call)
      if (!username) return 'taken'
      const until = Math.min(username.until, await scopes.enter(account, account.scope))
      const outcome = await run(createAccount, [names.account(account)], [until, call, ...fields])
      if (outcome === 'created') return 'created'
      await usernames.release(username)
      if (outcome === 'late') throw deadlinePassed('Redis')
      throw subjectExists()
    },

    async findByUsername(tenant, usernameKey) {
      const subject = await usernames.subjectOf(tenant, usernameKey)
      const account = subject === null ? null : await find({ tenant, subject })
      // The username may have been taken for an account that was never created.
      return account?.usernameKey === usernameKey ? account : null
    },

    async changePassword(owner, expected, next) {
      const args = [newCallId(), JSON.stringify(expected), JSON.stringify(next)]
      return Number(await run(changePassword, [names.account(owner)], args)) === 1 ? 'changed' : 'lost'
    },

    async update(owner, expectedVersion, { scope, profile, disabled }, notAfter = Number.MAX_SAFE_INTEGER) {
      const versions = [newCallId(), expectedVersion, expectedVersion + 1]
      const fields = jsonFields({ scope, profile, disabled })
      const until = Math.min(notAfter, await scopes.enter(owner, scope ?? ''))
      const outcome = await run(updateAccount, [names.account(owner)], [until, ...versions, ...fields])
      if (outcome === 'late') throw deadlinePassed('Redis')
      return outcome as 'updated' | 'lost'
    },

    async hasScope(value) {
      if (value === '' || value.includes(' ')) return false
      return scopes.anyHas(value)
    },
  }
}

function fieldsOf({ passwordHash, version, disabled, scope, profile, ...origin }: Account): readonly string[] {
  return jsonFields({ origin, password: passwordHash, version, disabled, scope, profile })
}

/** The fields that are given and their values as JSON, in turn: together they make the JSON of an account. */
function jsonFields(fields: Readonly<Record<string, unknown>>): readonly string[] {
  const given = Object.entries(fields).filter(([, value]) => value !== undefined)
  return given.flatMap(([field, value]) => [field, JSON.stringify(value)])
}

/** @returns nothing, and the JSON of each account; empty where there is none. */
const findAccounts = script(`${primaryOnly}
local found = { '' }
for index, key in ipairs(KEYS) do
  local fields = redis.call('HMGET', key, 'origin', 'password', 'version', 'disabled', 'scope', 'profile')
  found[index + 1] = fields[1] and table.concat({
    '{"passwordHash":', fields[2], ',"version":', fields[3], ',"disabled":', fields[4], ',"scope":', fields[5],
    ',"profile":', fields[6], ',', string.sub(fields[1], 2),
  }) or ''
end
return found
`)

/** ARGV: instant after which it is too late, id of the call, fields. */
const createAccount = script(`
local createdBy = redis.call('HGET', KEYS[1], 'createdBy')
if createdBy then return createdBy == ARGV[2] and 'created' or 'exists' end
if now() > tonumber(ARGV[1]) then return 'late' end
redis.call('HSET', KEYS[1], 'createdBy', unpack(ARGV, 2))
return 'created'
`)

/** ARGV: id of the call, expected hash, next hash. */
const changePassword = script(`${primaryOnly}
local fields = redis.call('HMGET', KEYS[1], 'password', 'passwordBy')
if fields[2] == ARGV[1] then return 1 end
if fields[1] ~= ARGV[2] then return 0 end
redis.call('HSET', KEYS[1], 'password', ARGV[3], 'passwordBy', ARGV[1])
return 1
`)

/** ARGV: instant after which it is too late, id of the call, expected version, the next, fields. */
const updateAccount = script(`${primaryOnly}
local fields = redis.call('HMGET', KEYS[1], 'version', 'updatedBy')
if fields[2] == ARGV[2] then return 'updated' end
if fields[1] ~= ARGV[3] then return 'lost' end
if now() > tonumber(ARGV[1]) then return 'late' end
redis.call('HSET', KEYS[1], 'updatedBy', ARGV[2], 'version', ARGV[4], unpack(ARGV, 5))
return 'updated'
`)
