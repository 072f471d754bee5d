import type { AuthServerOptions, Store } from '@sessionward/server'
import { redisCache } from '@sessionward/server/cache/redis'
import { memoryStore } from '@sessionward/server/store/memory'
import { openStore } from '@sessionward/server/store/open'
import { Redis } from 'ioredis'

/** Where the playground stores its sessions. */
export interface Persistence {
  readonly store: Store
  readonly cache: AuthServerOptions['cache']
  /** For people. It contains no URL, since a URL may contain a password. */
  readonly description: string
  /** Whether the sessions survive this process. */
  readonly persistent: boolean
  /** Closes the store too. */
  close(): Promise<void>
}

/**
 * DATABASE_URL is the source of truth and REDIS_URL a cache beside it. Without a database, Redis stores everything; without
 * both, the memory of this process does.
 */
export async function openPersistence(databaseUrl = '', redisUrl = ''): Promise<Persistence> {
  if (databaseUrl === '' && redisUrl === '') {
    return { store: memoryStore(), cache: undefined, description: 'memory', persistent: false, close: async () => {} }
  }
  if (redisUrl !== '' && !/^rediss?:/.test(redisUrl)) throw new TypeError('REDIS_URL must begin with redis: or rediss:')
  // A demonstration may lose its sessions; a Redis with real ones must not.
  const store = await openStore(databaseUrl || redisUrl, { durability: 'as-configured' })
  const name = (databaseUrl || redisUrl).replace(/:.*/s, '')
  if (databaseUrl === '' || redisUrl === '') {
    return { store, cache: undefined, description: name, persistent: true, close: () => store.close() }
  }
  const redis = new Redis(redisUrl)
  redis.on('error', () => {})
  const unavailable = (await isReady(redis)) ? '' : ' (currently unavailable)'
  return {
    store,
    cache: redisCache(redis),
    description: `${name}, with profiles cached in redis${unavailable}`,
    persistent: true,
    async close() {
      redis.disconnect()
      await store.close()
    },
  }
}

/** Whether it answers within two seconds. The playground starts without its cache, which may come later. */
function isReady(redis: Redis): Promise<boolean> {
  return new Promise((resolve) => {
    redis.once('ready', () => resolve(true))
    redis.once('error', () => resolve(false))
    setTimeout(resolve, 2000, false).unref()
  })
}
