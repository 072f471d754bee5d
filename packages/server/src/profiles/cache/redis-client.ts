import type { RedisClient } from '../../store/redis/client.js'

/** What the cache uses of ioredis: a `Redis` and a `Cluster` both fit. */
export interface RedisCacheClient extends RedisClient {
  /** The state of the connection. */
  readonly status?: string
}

/** Whether a command would be sent now. A disconnected client queues it, and nobody waits that long. */
export function isConnected({ status }: RedisCacheClient): boolean {
  // `wait`: connects at its first command.
  return status === undefined || status === 'ready' || status === 'wait'
}
