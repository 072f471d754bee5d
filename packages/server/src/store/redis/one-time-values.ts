import type { OneTimeValueStore } from '../store.js'
import type { DriverContext } from './context.js'
import { newCallId } from './database.js'
import { script } from './script.js'

export function redisOneTimeValues({ run, names }: DriverContext): OneTimeValueStore {
  return {
    async claim(value, retention) {
      const args = [newCallId(), Math.max(1, Math.ceil(retention * 1000))]
      return Number(await run(claim, [names.oneTimeValue(value)], args)) === 1 ? 'claimed' : 'taken'
    },

    // Redis deletes them itself.
    deleteExpired: async () => 0,
  }
}

/** ARGV: id of the call, milliseconds. */
const claim = script(`
if redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2]) then return 1 end
return redis.call('GET', KEYS[1]) == ARGV[1] and 1 or 0
`)
