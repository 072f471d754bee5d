import { script } from './script.js'
import { rowFields } from './session-row.js'

/**
 * Each touches the hashes of sessions, and nothing else: in a cluster, whatever else there is stands in another slot. The
 * scripts of the refresh path take any number of sessions, and on a cluster one.
 */

/**
 * Deleting a field that no session has is a write to the server, which a replica refuses and a primary passes to nobody: what
 * a replica knows may be old, and an empty one knows nobody.
 *
 * @returns the clock, and the row of each session; empty where there is none.
 */
export const findSessions = script(`
redis.call('HDEL', KEYS[1], '')
local rows = { text(now()) }
for index, key in ipairs(KEYS) do
  local fields = redis.call('HMGET', key, '${rowFields.join("', '")}')
  fields[${rowFields.indexOf('replacedBy') + 1}] = fields[${rowFields.indexOf('replacedBy') + 1}] or ''
  rows[index + 1] = fields[1] and table.concat(fields, ' ') or ''
end
return rows
`)

/** ARGV, for each: name of the call, expected token, next token, superseded, idle deadline. */
export const confirmSessions = script(`
local at = text(now())
local outcomes = { at }
for index, key in ipairs(KEYS) do
  local call, expected, token, superseded, idle =
    string.match(ARGV[index], '^(%S+) (%S+) (%S+) (%S*) (%S+)$')
  local fields = redis.call('HMGET', key, 'token', 'ended', 'idle', 'confirmedBy')
  local confirmed = fields[4] == call
  if fields[1] == expected and fields[2] == '' then
    if tonumber(fields[3]) > tonumber(idle) then idle = fields[3] end
    redis.call('HSET', key, 'token', token, 'superseded', superseded, 'dated', at, 'idle', idle, 'confirmedBy', call)
    confirmed = true
  end
  outcomes[index + 1] = confirmed and 1 or 0
end
return outcomes
`)

/** ARGV, for each: expected token, idle deadline. */
export const touchSessions = script(`
local outcomes = { 0 }
for index, key in ipairs(KEYS) do
  local expected, idle = string.match(ARGV[index], '^(%S+) (%S+)$')
  local fields = redis.call('HMGET', key, 'token', 'ended', 'idle')
  local touched = fields[1] == expected and fields[2] == ''
  if touched and tonumber(fields[3]) < tonumber(idle) then redis.call('HSET', key, 'idle', idle) end
  outcomes[index + 1] = touched and 1 or 0
end
return outcomes
`)

/** ARGV: name of the call, instant after which it is too late, instant at which the key is gone at the latest, fields. */
export const createSession = script(`
local key, call = KEYS[1], ARGV[1]
local made = redis.call('HGET', key, 'madeBy')
if made then return made == call and 'created' or 'exists' end
if now() > tonumber(ARGV[2]) then return 'late' end
redis.call('HSET', key, 'madeBy', call, unpack(ARGV, 4))
redis.call('PEXPIREAT', key, ARGV[3])
return 'created'
`)

/**
 * Whether a session was made. If it was not, and ARGV says so, then it never is: a row without a token is no session.
 *
 * ARGV: 1 to forbid it.
 */
export const wasMade = script(`
if redis.call('HEXISTS', KEYS[1], 'token') == 1 then return 1 end
if ARGV[1] == '1' then
  redis.call('HSET', KEYS[1], 'madeBy', '-')
  redis.call('EXPIRE', KEYS[1], 86400)
end
return 0
`)

/**
 * The entry that the end of an active session will have. Callers at once agree on one, that of the latest expiry.
 *
 * ARGV: owner, or nothing where any will do; reason; seconds to keep the entry.
 * @returns its expiry and reason; empty where there is nothing to end.
 */
export const announceEnd = script(`
local key, owner, reason, keep = KEYS[1], ARGV[1], ARGV[2], tonumber(ARGV[3])
local fields = redis.call('HMGET', key, 'ended', 'owner', 'entry')
if fields[1] ~= '' or (owner ~= '' and owner ~= fields[2]) then return '' end
local expires = math.ceil(now() / 1000 + keep)
local entry = fields[3]
if entry == '' or tonumber(string.match(entry, '^%d+')) < expires then
  entry = text(expires) .. ' ' .. reason
  redis.call('HSET', key, 'entry', entry)
end
return entry
`)

/**
 * Ends an active session whose entry, as {@connection announceEnd} answered it, has been written.
 *
 * ARGV: name of the call, the entry, what replaced it.
 * @returns how it went, and whose session it was.
 */
export const endSession = script(`
local key, call, entry = KEYS[1], ARGV[1], ARGV[2]
local fields = redis.call('HMGET', key, 'ended', 'owner', 'entry', 'endedBy')
if not fields[1] then return { 'lost', '' } end
if fields[1] ~= '' then return { fields[4] == call and 'ended' or 'lost', fields[2] } end
if fields[3] ~= entry then return { 'changed', fields[2] } end
redis.call('HSET', key, 'ended', text(now()), 'reason', string.match(entry, ' (.*)$'), 'replacedBy', ARGV[3],
  'endedBy', call)
return { 'ended', fields[2] }
`)

/** ARGV: owner, milliseconds from now. */
export const outdateProfile = script(`
local fields = redis.call('HMGET', KEYS[1], 'ended', 'owner', 'profile')
if fields[1] ~= '' or fields[2] ~= ARGV[1] then return 0 end
local from = now() + tonumber(ARGV[2])
if tonumber(fields[3]) < from then redis.call('HSET', KEYS[1], 'profile', text(from)) end
return 1
`)

/**
 * Deletes a session that was over before an instant.
 *
 * ARGV: the instant.
 * @returns whether it has, and whose it was; or when it will be over.
 */
export const sweepSession = script(`
local fields = redis.call('HMGET', KEYS[1], 'idle', 'absolute', 'ended', 'owner')
if not fields[1] then return { 'gone', '' } end
local over = math.min(tonumber(fields[1]), tonumber(fields[2]), tonumber(fields[3]) or math.huge)
if over >= tonumber(ARGV[1]) then return { 'later', text(over) } end
redis.call('DEL', KEYS[1])
return { 'deleted', fields[4] }
`)
