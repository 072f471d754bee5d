import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { profileGracePeriod } from '../../session/lifetime.js'
import { runScript, type Script, script } from '../../store/redis/script.js'
import type { CachedProfile, CacheLookup, CacheRequirement, ProfileCache } from './cache.js'
import { createCircuitBreaker } from './circuit-breaker.js'
import { isConnected, type RedisCacheClient } from './redis-client.js'

export interface RedisProfileCacheOptions {
  readonly prefix: string
  /** Seconds. */
  readonly lifetime: number
  readonly negativeLifetime: number
  readonly timeout: number
  readonly waitTimeout: number
}

/** Milliseconds between two lookups of a node that waits for another. */
const pollDelay = 20

/**
 * A value is `1 <readAt> <JSON>`: the format version, then the time that the scripts compare. `pcall`, because the key may hold a
 * value that is not a string.
 */
const readAtLua = `
local value = redis.pcall('GET', KEYS[1])
local readAt = type(value) == 'string' and tonumber(string.match(value, '^1 (%d+) '))
`

const getScript = script(`${readAtLua}
if readAt and readAt >= tonumber(ARGV[1]) and readAt <= tonumber(ARGV[2]) then return {'found', value} end
if redis.call('SET', KEYS[2], ARGV[3], 'NX', 'PX', ARGV[4]) then return {'locked'} end
return {'busy'}`)

const unlockLua = `if redis.pcall('GET', KEYS[2]) == ARGV[1] then redis.call('DEL', KEYS[2]) end`

const setScript = script(`${readAtLua}
if not readAt or readAt <= tonumber(ARGV[2]) or readAt > tonumber(ARGV[3]) then
  redis.call('SET', KEYS[1], ARGV[4], 'PX', ARGV[5])
end
${unlockLua}`)

const unlockScript = script(unlockLua)

export function createRedisProfileCache(client: RedisCacheClient, options: RedisProfileCacheOptions): ProfileCache {
  const { prefix, lifetime, negativeLifetime, timeout, waitTimeout } = options
  const breaker = createCircuitBreaker()
  // Longer than a node waits for it, but short enough that a crashed node does not block others for long.
  const lockDuration = Math.ceil(4 * waitTimeout * 1000)

  // The hash tag places both keys on the same node of a cluster.
  const keysOf = (key: string) => [`${prefix}:profile:{${key}}`, `${prefix}:profile:{${key}}:lock`] as const

  async function call<T>(command: () => Promise<T>): Promise<T> {
    if (!isConnected(client)) throw new Error('Redis is not connected')
    return breaker.run(() => withTimeout(timeout, command()))
  }

  const run = (what: Script, key: string, ...values: (string | number)[]) =>
    call(() => runScript(client, what, keysOf(key), values))

  async function getOnce(key: string, { notBefore, now }: CacheRequirement): Promise<CacheLookup> {
    const lock = randomUUID()
    const [outcome, value] = (await run(getScript, key, notBefore, maxReadAt(now), lock, lockDuration)) as [
      string,
      string?,
    ]
    if (value !== undefined) return { outcome: 'found', entry: parse(value) }
    return outcome === 'locked' ? { outcome, lock } : { outcome: 'busy' }
  }

  return {
    async get(key, requirement) {
      const until = performance.now() + waitTimeout * 1000
      for (;;) {
        const answer = await getOnce(key, requirement)
        if (answer.outcome !== 'busy' || performance.now() >= until) return answer
        await sleep(pollDelay)
      }
    },

    async set(key, entry, lock) {
      const seconds = entry.profile === null ? negativeLifetime : lifetime
      const { readAt } = entry
      await run(setScript, key, lock ?? '', readAt, maxReadAt(readAt), format(entry), Math.ceil(seconds * 1000))
    },

    async unlock(key, lock) {
      await run(unlockScript, key, lock)
    },

    async delete(key) {
      await call(() => client.call('unlink', keysOf(key)[0]))
    },
  }
}

/**
 * Entries that are dated later are invalid. If the clock was set back, entries from before could otherwise outlive a later change.
 */
function maxReadAt(now: number): number {
  return now + profileGracePeriod * 1000
}

function format({ readAt, profile }: CachedProfile): string {
  return `1 ${readAt} ${profile ?? 'null'}`
}

function parse(value: string): CachedProfile {
  const [, readAt, profile = ''] = /^1 (\d+) (.*)$/s.exec(value) ?? []
  return { readAt: Number(readAt), profile: profile === 'null' ? null : profile }
}

/** Rejects after `seconds`. A later result or error is ignored. */
async function withTimeout<T>(seconds: number, answer: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const timedOut = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('Redis did not answer in time')), seconds * 1000)
  })
  try {
    return await Promise.race([answer, timedOut])
  } finally {
    clearTimeout(timer)
  }
}
