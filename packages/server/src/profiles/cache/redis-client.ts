import type { RedisClient } from '../../store/redis/client.js'
import type { Script } from '../../store/redis/script.js'
import { isNoScript } from '../../store/redis/unavailable.js'

/** The part of ioredis that the cache uses. Both `Redis` and `Cluster` have it. */
export interface RedisCacheClient extends RedisClient {
  /** The state of the connection. */
  readonly status?: string
}

/** Runs a script. Redis loses its script cache when it restarts; then the script is sent again. */
export async function runScript(
  client: RedisClient,
  { lua, sha }: Script,
  keys: readonly string[],
  values: readonly (string | number)[],
): Promise<unknown> {
  try {
    return await client.call('evalsha', sha, keys.length, ...keys, ...values)
  } catch (error) {
    if (!isNoScript(error)) throw error
    return client.call('eval', lua, keys.length, ...keys, ...values)
  }
}

/** Whether a command would be sent now, instead of being queued by a disconnected client. */
export function isConnected({ status }: RedisCacheClient): boolean {
  // `wait`: connects with the first command.
  return status === undefined || status === 'ready' || status === 'wait'
}
