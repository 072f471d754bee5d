import { script } from './script.js'

/** The texts of an account's hash are JSON, so that the whole is one as well. */

/**
 * Deleting a field that no account has is a write, which a replica refuses: its answer may be old.
 *
 * @returns nothing, and the JSON of each account; empty where there is none.
 */
export const findAccounts = script(`
redis.call('HDEL', KEYS[1], '')
local found = { '' }
for index, key in ipairs(KEYS) do
  local fields = redis.call('HMGET', key, 'facts', 'password', 'version', 'disabled', 'scope', 'profile')
  found[index + 1] = fields[1] and table.concat({
    '{"passwordHash":', fields[2], ',"version":', fields[3], ',"disabled":', fields[4], ',"scope":', fields[5],
    ',"profile":', fields[6], ',', string.sub(fields[1], 2),
  }) or ''
end
return found
`)

/** ARGV: name of the call, instant after which it is too late, fields. */
export const createAccount = script(`
local made = redis.call('HGET', KEYS[1], 'madeBy')
if made then return made == ARGV[1] and 'created' or 'exists' end
if now() > tonumber(ARGV[2]) then return 'late' end
redis.call('HSET', KEYS[1], 'madeBy', ARGV[1], unpack(ARGV, 3))
return 'created'
`)

/** ARGV: name of the call, expected hash, next hash. */
export const changePassword = script(`
local fields = redis.call('HMGET', KEYS[1], 'password', 'passwordBy')
if fields[2] == ARGV[1] then return 1 end
if fields[1] ~= ARGV[2] then return 0 end
redis.call('HSET', KEYS[1], 'password', ARGV[3], 'passwordBy', ARGV[1])
return 1
`)

/** ARGV: name of the call, instant after which it is too late, expected version, the next, fields. */
export const updateAccount = script(`
local fields = redis.call('HMGET', KEYS[1], 'version', 'updatedBy')
if fields[2] == ARGV[1] then return 'updated' end
if fields[1] ~= ARGV[3] then return 'lost' end
if now() > tonumber(ARGV[2]) then return 'late' end
redis.call('HSET', KEYS[1], 'updatedBy', ARGV[1], 'version', ARGV[4], unpack(ARGV, 5))
return 'updated'
`)

/**
 * Takes a username, for an account that is to be made.
 *
 * ARGV: name of the call, subject, who has it so far as another call answered it; empty where nobody has.
 * @returns who has it: instant, name of the call, subject. And the time.
 */
export const takeUsername = script(`
local holder = redis.call('GET', KEYS[1])
local at = text(now())
if (holder or '') == ARGV[3] then
  holder = at .. ' ' .. ARGV[1] .. ' ' .. ARGV[2]
  redis.call('SET', KEYS[1], holder)
end
return { holder, at }
`)

/** Gives a username back. ARGV: who has it. */
export const freeUsername = script(`
if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end
return 1
`)

/**
 * A username has no expiry, and to take it away is a write that changes nothing, which a replica refuses.
 *
 * @returns who has the username, as {@connection takeUsername} answers it; empty where nobody has.
 */
export const findUsername = script(`
redis.call('PERSIST', KEYS[1])
return redis.call('GET', KEYS[1]) or ''
`)
