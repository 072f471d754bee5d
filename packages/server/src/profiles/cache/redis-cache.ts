import { checkOptionNames } from '../../input/option-names.js'
import { redisRelay } from '../../store/redis/relay.js'
import type { Cache } from './cache.js'
import type { RedisCacheClient } from './redis-client.js'
import { createRedisProfileCache } from './redis-profile-cache.js'

/** Options of `redisCache`. An unknown name is refused. */
export interface RedisCacheOptions {
  /** First part of every key. Letters, digits, `-`, `_`, `.` and `:`. Default `sessionward`. */
  readonly prefix?: string
  /** Seconds that a profile is cached. Default 2 hours. */
  readonly lifetime?: number
  /** Seconds that it is cached that a subject is unknown or may not be signed in. Default 5. */
  readonly negativeLifetime?: number
  /** Time limit of one Redis command in seconds; after it the directory is read. Default 0.1. */
  readonly timeout?: number
  /** Seconds that a node waits for another node that is reading the directory. Then it reads the directory itself. Default 0.5. */
  readonly waitTimeout?: number
}

const defaults: Required<RedisCacheOptions> = {
  prefix: 'sessionward',
  lifetime: 2 * 3600,
  negativeLifetime: 5,
  timeout: 0.1,
  waitTimeout: 0.5,
}

const optionNames: Readonly<Record<keyof RedisCacheOptions, true>> = {
  prefix: true,
  lifetime: true,
  negativeLifetime: true,
  timeout: true,
  waitTimeout: true,
}

/**
 * Caches profiles of the directory in Redis, shared by all nodes.
 *
 * Each change of a built-in account takes effect at once, whatever happens to Redis; if Redis is flushed, restarted, slow or
 * unavailable, refreshes only become slower. A change of your own users takes effect at once if you call
 * `profiles.changed`, and otherwise when `lifetime` has passed.
 *
 * The keys are digests. The values are profiles as the directory returns them, with personal data and scope in clear text. Anyone
 * who can read this Redis can read them, and anyone who can write to it can change what access tokens contain: protect it like the
 * store.
 *
 * @param client A `Redis` or a `Cluster` of ioredis 5 or later, with a listener for `error`. You close it.
 * @throws TypeError that names what was wrong and what was expected.
 */
export function redisCache(client: RedisCacheClient, options: RedisCacheOptions = {}): Cache {
  if (typeof client?.call !== 'function' || typeof client.duplicate !== 'function')
    throw new TypeError('redisCache: client must be a Redis or a Cluster of ioredis 5 or later, such as new Redis(url)')
  checkOptionNames('redisCache', options, optionNames)
  const read = { ...defaults, ...options }
  if (typeof read.prefix !== 'string' || !/^[\w.:-]+$/.test(read.prefix))
    throw new TypeError('redisCache: prefix must be letters, digits, "-", "_", "." or ":"')
  for (const name of ['lifetime', 'negativeLifetime', 'timeout', 'waitTimeout'] as const) {
    if (typeof read[name] !== 'number' || !(read[name] >= 0.001 && read[name] <= maxSeconds))
      throw new TypeError(`redisCache: ${name} must be a number of seconds from 0.001 to ${maxSeconds}`)
  }
  const { relay, close } = redisRelay(client, read.timeout, `${read.prefix}:revocations`)
  return {
    profiles: createRedisProfileCache(client, read),
    relay,
    async close() {
      close()
    },
  }
}

/** A week. Timers cannot exceed 24 days. */
const maxSeconds = 7 * 24 * 3600
