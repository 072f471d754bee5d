import { writeConfirmation } from '../../driver/superseded.js'
import type { SessionStore } from '../../store.js'
import type { DriverContext } from '../context.js'
import { newCallId } from '../database.js'
import { primaryOnly, script } from '../script.js'
import { base64url, tokenOf } from './session-row.js'

/** The compare-and-sets of the refresh path. */
export function confirmations({ batched, names }: DriverContext): Pick<SessionStore, 'confirm' | 'touch'> {
  const confirm = batched(confirmSessions)
  const touch = batched(touchSessions)
  return {
    async confirm(id, expected, next) {
      const superseded = base64url(writeConfirmation(next))
      const args = [newCallId(), tokenOf(expected), tokenOf(next), superseded, next.idleDeadline]
      const [, confirmed] = await confirm(names.session(id), args.join(' '))
      return Number(confirmed) === 1 ? 'confirmed' : 'lost'
    },

    async touch(id, expected, idleDeadline) {
      const [, touched] = await touch(names.session(id), `${tokenOf(expected)} ${idleDeadline}`)
      return Number(touched) === 1 ? 'touched' : 'lost'
    },
  }
}

/** ARGV, for each: id of the call, expected token, next token, superseded, idle deadline. */
const confirmSessions = script(`${primaryOnly}
local at = decimal(now())
local outcomes = { at }
for index, key in ipairs(KEYS) do
  local call, expected, token, superseded, idle =
    string.match(ARGV[index], '^(%S+) (%S+) (%S+) (%S*) (%S+)$')
  local fields = redis.call('HMGET', key, 'token', 'ended', 'idle', 'confirmedBy')
  local confirmed = fields[4] == call
  if fields[1] == expected and fields[2] == '' then
    if tonumber(fields[3]) > tonumber(idle) then idle = fields[3] end
    redis.call('HSET', key, 'token', token, 'superseded', superseded, 'supersededAt', at, 'idle', idle,
      'confirmedBy', call)
    confirmed = true
  end
  outcomes[index + 1] = confirmed and 1 or 0
end
return outcomes
`)

/** ARGV, for each: expected token, idle deadline. */
const touchSessions = script(`${primaryOnly}
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
