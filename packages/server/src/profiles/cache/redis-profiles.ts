import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { profileGracePeriod } from '../../session/policy.js'
import { runScript, type Script, script } from '../../store/redis/script.js'
import { createBreaker } from './breaker.js'
import type { Look, ProfileCache, Reading, Wanted } from './cache.js'
import { isConnected, type RedisCacheClient } from './redis-client.js'

export interface RedisProfilesOptions {
  readonly prefix: string
  /** Seconds. */
  readonly lifetime: number
  readonly negativeFor: number
  readonly timeout: number
  readonly patience: number
}

/** Milliseconds between two looks of a node that waits for another. */
const step = 20

/**
 * What is kept is `1 <readAt> <JSON>`: the form's number, then what the scripts look at. `pcall`: under the name may stand
 * something that is no text.
 */
const readAtOf = `
local kept = redis.pcall('GET', KEYS[1])
local readAt = type(kept) == 'string' and tonumber(string.match(kept, '^1 (%d+) '))
`

const look = script(`${readAtOf}
if readAt and readAt >= tonumber(ARGV[1]) and readAt <= tonumber(ARGV[2]) then return {'found', kept} end
if redis.call('SET', KEYS[2], ARGV[3], 'NX', 'PX', ARGV[4]) then return {'yours'} end
return {'taken'}`)

const endTurn = `if redis.pcall('GET', KEYS[2]) == ARGV[1] then redis.call('DEL', KEYS[2]) end`

const keep = script(`${readAtOf}
if not readAt or readAt <= tonumber(ARGV[2]) or readAt > tonumber(ARGV[3]) then
  redis.call('SET', KEYS[1], ARGV[4], 'PX', ARGV[5])
end
${endTurn}`)

const giveUp = script(endTurn)

export function redisProfiles(client: RedisCacheClient, options: RedisProfilesOptions): ProfileCache {
  const { prefix, lifetime, negativeFor, timeout, patience } = options
  const breaker = createBreaker()
  // Longer than anybody waits for it, and not so long that a node which died in its turn is felt.
  const turnFor = Math.ceil(4 * patience * 1000)

  // One hash tag: on a cluster both keys of a name lie on one node.
  const keysOf = (name: string) => [`${prefix}:profile:{${name}}`, `${prefix}:profile:{${name}}:turn`] as const

  async function call<T>(command: () => Promise<T>): Promise<T> {
    if (!isConnected(client)) throw new Error('Redis is not connected')
    return breaker.run(() => within(timeout, command()))
  }

  const run = (what: Script, name: string, ...values: (string | number)[]) =>
    call(() => runScript(client, what, keysOf(name), values))

  async function lookOnce(name: string, { notBefore, now }: Wanted): Promise<Look> {
    const turn = randomUUID()
    const [outcome, kept] = (await run(look, name, notBefore, latest(now), turn, turnFor)) as [string, string?]
    if (kept !== undefined) return { outcome: 'found', reading: parse(kept) }
    return outcome === 'yours' ? { outcome, turn } : { outcome: 'taken' }
  }

  return {
    async look(name, wanted) {
      const until = performance.now() + patience * 1000
      for (;;) {
        const answer = await lookOnce(name, wanted)
        if (answer.outcome !== 'taken' || performance.now() >= until) return answer
        await sleep(step)
      }
    },

    async keep(name, reading, turn) {
      const keepFor = reading.profile === null ? negativeFor : lifetime
      const { readAt } = reading
      await run(keep, name, turn ?? '', readAt, latest(readAt), format(reading), Math.ceil(keepFor * 1000))
    },

    async giveUp(name, turn) {
      await run(giveUp, name, turn)
    },

    async forget(name) {
      await call(() => client.call('unlink', keysOf(name)[0]))
    },
  }
}

/**
 * No reading is dated later than this. Where a clock was set back, those from before are: a change that was made after it
 * would not outdate them.
 */
function latest(now: number): number {
  return now + profileGracePeriod * 1000
}

function format({ readAt, profile }: Reading): string {
  return `1 ${readAt} ${profile ?? 'null'}`
}

function parse(kept: string): Reading {
  const [, readAt, profile = ''] = /^1 (\d+) (.*)$/s.exec(kept) ?? []
  return { readAt: Number(readAt), profile: profile === 'null' ? null : profile }
}

/** @throws Error after so many seconds. What comes later is of no use to anybody, an error neither. */
async function within<T>(seconds: number, answer: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('Redis did not answer in time')), seconds * 1000)
  })
  try {
    return await Promise.race([answer, late])
  } finally {
    clearTimeout(timer)
  }
}
