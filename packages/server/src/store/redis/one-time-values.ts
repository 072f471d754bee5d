import type { OneTimeValueStore } from '../store.js'
import { callName } from './connection.js'
import type { DriverContext } from './context.js'
import { script } from './script.js'

export function redisOneTimeValues({ connection, names }: DriverContext): OneTimeValueStore {
  return {
    async claim(value, keepFor) {
      const args = [callName(), Math.max(1, Math.ceil(keepFor * 1000))]
      const claimed = await connection.verb(() => connection.call(claimValue, [names.oneTimeValue(value)], args))
      return Number(claimed) === 1 ? 'claimed' : 'taken'
    },

    // They go by themselves.
    deleteExpired: () => connection.verb(async () => 0),
  }
}

/** ARGV: name of the call, milliseconds. */
const claimValue = script(`
if redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2]) then return 1 end
return redis.call('GET', KEYS[1]) == ARGV[1] and 1 or 0
`)
