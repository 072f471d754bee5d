import { createHash } from 'node:crypto'
import type { RedisClient } from './client.js'

/** A Lua script. It touches only the keys in its KEYS, and they belong to one cluster slot. */
export interface Script {
  readonly lua: string
  /** The server knows a script that it has run before by this digest. */
  readonly sha: string
}

/**
 * At the beginning of a script whose answer may change nothing: removing a missing field of a hash, the first key, is a write,
 * which a replica refuses, because its answer may be old, and which a primary does not pass on.
 */
export const primaryOnly = "redis.call('HDEL', KEYS[1], '')"

export function script(body: string): Script {
  const lua = prelude + body
  return { lua, sha: createHash('sha1').update(lua).digest('hex') }
}

/** Sends the whole script where the server does not know it: after a restart or a failover it knows none. */
export async function runScript(
  client: RedisClient,
  { lua, sha }: Script,
  keys: readonly string[],
  args: readonly (string | number)[],
): Promise<unknown> {
  try {
    return await client.call('evalsha', sha, keys.length, ...keys, ...args)
  } catch (error) {
    if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error
    return client.call('eval', lua, keys.length, ...keys, ...args)
  }
}

// Numbers of Lua are doubles, and as strings they keep 14 digits unless the format says more.
const prelude = `
local function now()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end
local function decimal(number)
  return string.format('%.0f', number)
end
`
