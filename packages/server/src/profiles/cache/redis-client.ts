import type { RedisClient } from '../../store/redis/client.js'

/** The part of ioredis that the cache uses. Both `Redis` and `Cluster` have it. */
export interface RedisCacheClient extends RedisClient {
  /** The state of the connection. */
  readonly status?: string
}

/** Whether a command would be sent now, instead of being queued by a disconnected client. */
export function isConnected({ status }: RedisCacheClient): boolean {
  // `wait`: connects with the first command.
  return status === undefined || status === 'ready' || status === 'wait'
}
