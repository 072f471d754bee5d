import type { RedisClient } from '../../store/redis/client.js'
import type { Script } from '../../store/redis/script.js'
import { isNoScript } from '../../store/redis/unavailable.js'

/** What the cache uses of ioredis: a `Redis` and a `Cluster` both fit. */
export interface RedisCacheClient extends RedisClient {
  /** The state of the connection. */
  readonly status?: string
}

/** Runs a script. Redis forgets all scripts when it restarts; then the script is sent again. */
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

/** Whether a command would be sent now. A disconnected client queues it, and nobody waits that long. */
export function isConnected({ status }: RedisCacheClient): boolean {
  // `wait`: connects at its first command.
  return status === undefined || status === 'ready' || status === 'wait'
}
