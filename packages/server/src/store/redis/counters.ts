import type { CounterStore } from '../store.js'
import type { DriverContext } from './context.js'
import { script } from './script.js'

export function redisCounters({ run, names }: DriverContext): CounterStore {
  return {
    async add(key, amount, window) {
      const milliseconds = Math.max(1, Math.ceil(window * 1000))
      const answer = (await run(addToCounter, [names.counter(key)], [amount, milliseconds])) as readonly unknown[]
      return { count: Number(answer[0]), resetsIn: Math.ceil(Number(answer[1]) / 1000) }
    },
  }
}

/**
 * Redis deletes the counter when its window is over. An addition that the client sends again, because the connection broke
 * before the answer, counts twice, which a throttle tolerates. GETEX without an option reads like GET, but it counts as a write, which a
 * replica refuses: an addition of 0 would be answered with its old value.
 *
 * ARGV: amount, window in milliseconds.
 * @returns its value, and the milliseconds that are left.
 */
const addToCounter = script(`
local key, amount, window = KEYS[1], tonumber(ARGV[1]), tonumber(ARGV[2])
local count = redis.call('GETEX', key)
if count then
  local sum = math.max(0, tonumber(count) + amount)
  if sum == 0 then
    redis.call('DEL', key)
    return { 0, 0 }
  end
  if amount ~= 0 then redis.call('SET', key, decimal(sum), 'KEEPTTL') end
  return { decimal(sum), redis.call('PTTL', key) }
end
if amount <= 0 then return { 0, 0 } end
redis.call('SET', key, decimal(amount), 'PX', ARGV[2])
return { decimal(amount), window }
`)
