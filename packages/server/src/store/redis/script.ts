import { createHash } from 'node:crypto'

/** A Lua script. It touches only what its KEYS name, and they are of one cluster slot. */
export interface Script {
  readonly lua: string
  /** By which a server that has seen it knows it. */
  readonly sha: string
}

export function script(body: string): Script {
  const lua = prelude + body
  return { lua, sha: createHash('sha1').update(lua).digest('hex') }
}

// Numbers of Lua are doubles, and as texts they keep 14 digits unless they are told to keep all.
const prelude = `
local function now()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end
local function text(number)
  return string.format('%.0f', number)
end
`
