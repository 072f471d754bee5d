import type { AuthServerOptions, Store } from '@sessionward/server'
import { redisCache } from '@sessionward/server/cache/redis'
import { memoryStore } from '@sessionward/server/store/memory'
import { openStore } from '@sessionward/server/store/open'
import { Redis } from 'ioredis'

/** Where the playground keeps its sessions. */
export interface Persistence {
  readonly store: Store
  readonly cache: AuthServerOptions['cache']
  /** For people. It holds no URL, where a password may stand. */
  readonly description: string
  /** Whether it is still there at the next start. */
  readonly kept: boolean
  /** Closes the store too. */
  close(): Promise<void>
}

/**
 * DATABASE_URL is the truth and REDIS_URL a cache beside it. Without a database Redis holds everything, and without both the
 * memory of this process does.
 */
export async function openPersistence(databaseUrl = '', redisUrl = ''): Promise<Persistence> {
  if (databaseUrl === '' && redisUrl === '') {
    return { store: memoryStore(), cache: undefined, description: 'memory', kept: false, close: async () => {} }
  }
  if (redisUrl !== '' && !/^rediss?:/.test(redisUrl)) throw new TypeError('REDIS_URL must begin with redis: or rediss:')
  // A demonstration may well lose its sessions; a Redis for real ones must not.
  const store = await openStore(databaseUrl || redisUrl, { durability: 'as-configured' })
  const name = (databaseUrl || redisUrl).replace(/:.*/s, '')
  if (databaseUrl === '' || redisUrl === '') {
    return { store, cache: undefined, description: name, kept: true, close: () => store.close() }
  }
  const redis = new Redis(redisUrl)
  redis.on('error', () => {})
  const away = (await isReady(redis)) ? '' : ' as soon as it answers: just now it does not'
  return {
    store,
    cache: redisCache(redis),
    description: `${name}, with profiles cached in redis${away}`,
    kept: true,
    async close() {
      redis.disconnect()
      await store.close()
    },
  }
}

/** Whether it is there within a moment. Nobody waits longer for a cache, which may come later. */
function isReady(redis: Redis): Promise<boolean> {
  return new Promise((resolve) => {
    redis.once('ready', () => resolve(true))
    redis.once('error', () => resolve(false))
    setTimeout(resolve, 2000, false).unref()
  })
}
