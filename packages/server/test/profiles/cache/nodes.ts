import type { Redis } from 'ioredis'
import { onTestFinished } from 'vitest'
import type { AuthServer } from '../../../src/auth-server.js'
import type { Directory, Profile } from '../../../src/directory/directory.js'
import type { AuthServerOptions } from '../../../src/options.js'
import type { Cache } from '../../../src/profiles/cache/cache.js'
import { type RedisCacheOptions, redisCache } from '../../../src/profiles/cache/index.js'
import { createAuthServer } from '../../../src/server.js'
import { memoryStore } from '../../../src/store/memory/index.js'
import { Clock } from '../../harness/clock.js'
import type { Holder } from '../../harness/holder.js'
import type { OwnRedis } from '../../harness/own-redis.js'
import { people } from '../../harness/people.js'
import { testSecrets } from '../../harness/secrets.js'
import { interpose } from '../../harness/stores.js'

/** Seconds after which what was read when a session began, or an account changed, is behind it. */
export const settled = 61

/** One auth server of several, with its own client of Redis. */
export interface Node {
  readonly auth: AuthServer
  readonly client: Redis
  readonly cache: Cache
}

/** Two auth servers on one store, one Redis and one directory, which ann is in. Closed when the test ends. */
export async function twoNodes(
  redis: OwnRedis,
  cacheOptions: RedisCacheOptions = {},
  options: Partial<AuthServerOptions> = {},
) {
  const clock = new Clock()
  // A guard looks at the machine's clock, and takes no token from the future.
  clock.advance(-3 * settled)
  const stored = interpose(memoryStore({ now: clock.read }))
  const directory = counted(people('ann'))
  const secrets = testSecrets()
  const node = async (): Promise<Node> => {
    const client = await redis.connect()
    const cache = redisCache(client, cacheOptions)
    const auth = createAuthServer({
      issuer: 'https://auth.example.com',
      mode: 'production',
      store: stored.store,
      secrets,
      directory,
      cache,
      // The store's clock is moved by hand, which is warned of.
      logger: { warn() {}, error() {} },
      ...options,
    })
    onTestFinished(() => {
      stored.before = undefined
      return auth.close()
    })
    return { auth, client, cache }
  }
  const nodes = [await node(), await node()] as const
  await nodes[0].client.flushall()
  return { clock, stored, directory, one: nodes[0], other: nodes[1] }
}

/** A directory that counts its calls, and can delay an answer. */
export function counted<D extends Directory>(directory: D) {
  const result = {
    ...directory,
    asked: 0,
    /** While set, an answer that has been read waits for it, and fails with it. */
    hold: undefined as Promise<void> | undefined,
    async profile(who: Parameters<Directory['profile']>[0]): Promise<Profile | null> {
      result.asked++
      const profile = await directory.profile(who)
      await result.hold
      return profile
    },
  }
  return result
}

/** What the next refresh of a session says, through whichever node: the claims of its access token. */
export async function refreshed(holder: Holder, { auth }: Node): Promise<Record<string, unknown>> {
  const answer = await auth.sessions.refresh({ token: holder.token, transport: 'body' })
  holder.token = answer.refreshToken!
  return JSON.parse(Buffer.from(answer.accessToken.split('.')[1]!, 'base64url').toString('utf8'))
}

/** A promise, and what resolves it. */
export function gate() {
  let open = () => {}
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  return { opened, open }
}
