import type { CounterStore } from '../store.js'
import type { DriverContext } from './context.js'
import { script } from './script.js'

export function redisCounters({ connection, names }: DriverContext): CounterStore {
  return {
    async add(key, amount, window) {
      const milliseconds = Math.max(1, Math.ceil(window * 1000))
      const answer = await connection.verb(() =>
        connection.call(addToCounter, [names.counter(key)], [amount, milliseconds]),
      )
      const [count, left] = (answer as readonly unknown[]).map(Number)
      return { count: count!, resetsIn: Math.ceil(left! / 1000) }
    },
  }
}

/**
 * The counter goes by itself when its window is over. Where the client sends an addition again whose answer was lost with
 * the connection, it counts twice: a throttle can bear that.
 *
 * ARGV: amount, window in milliseconds.
 * @returns its value, and the milliseconds that are left.
 */
const addToCounter = script(`
local key, amount, window = KEYS[1], tonumber(ARGV[1]), tonumber(ARGV[2])
local count = redis.call('GET', key)
if count then
  local sum = math.max(0, tonumber(count) + amount)
  if amount ~= 0 then redis.call('SET', key, text(sum), 'KEEPTTL') end
  return { text(sum), redis.call('PTTL', key) }
end
if amount <= 0 then return { 0, 0 } end
redis.call('SET', key, text(amount), 'PX', ARGV[2])
return { text(amount), window }
`)
