import { setTimeout as sleep } from 'node:timers/promises'
import { redisCache } from '@sessionward/server/cache/redis'
import { Redis } from 'ioredis'
import { startRedis } from './services.js'

type Cache = ReturnType<typeof redisCache>

/** The cache in front of the users, and what the page's buttons do to it. */
export interface RunningCache {
  /** For people, such as `Redis 7.0`. */
  readonly title: string
  readonly isRunning: boolean
  readonly cache: Cache
  stop(): Promise<void>
  start(): Promise<void>
  flush(): Promise<void>
  /** Redis takes commands and answers none of them. */
  pause(seconds: number): Promise<void>
  close(): Promise<void>
}

/** Profiles are kept for two to four hours in the original; three here. In seconds. */
const lifetime = 3 * 3600

/** Undefined where Redis is not installed. */
export async function openCache(): Promise<RunningCache | undefined> {
  const server = await startRedis()
  if (!server) return undefined
  const client = connect(server.url)
  const operator = connect(server.url)
  let isRunning = true
  return {
    title: server.title,
    // Longer than the usual tenth of a second, so that a laptop with much to do is not taken for a slow Redis.
    cache: redisCache(client, { lifetime, timeout: 0.5 }),
    get isRunning() {
      return isRunning
    },
    async stop() {
      isRunning = false
      await server.down()
    },
    async start() {
      await server.up()
      await Promise.all([client, operator].map(isReady))
      isRunning = true
    },
    async flush() {
      if (isRunning) await operator.flushall()
    },
    async pause(seconds) {
      if (isRunning) await operator.call('CLIENT', 'PAUSE', seconds * 1000, 'ALL')
    },
    async close() {
      client.disconnect()
      operator.disconnect()
      await server.stop()
    },
  }
}

function connect(url: string): Redis {
  const client = new Redis(url, { retryStrategy: () => 100 })
  // It connects again by itself; without a listener it would print each try.
  client.on('error', () => {})
  return client
}

async function isReady(client: Redis): Promise<void> {
  while (client.status !== 'ready') await sleep(20)
}
