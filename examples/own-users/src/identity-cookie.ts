import { type AuthServer, type AuthServerOptions, createAuthServer } from '@sessionward/server'
import { redisCache } from '@sessionward/server/cache/redis'
import type { Redis } from 'ioredis'
import type { Pool } from 'mysql2/promise'
import { oldUsers } from './old-users.js'

/** People in the `users` table of the old application, their profiles in Redis for four hours, and a cookie for a month. */
export function identityServer(
  options: Pick<AuthServerOptions, 'issuer' | 'store' | 'secrets' | 'origins'>,
  pool: Pool,
  redis: Redis,
): AuthServer {
  redis.on('error', () => {}) // it connects again by itself, and would log each attempt
  return createAuthServer({
    ...options,
    directory: oldUsers(pool),
    sessionKind: 'fixed',
    lifetimes: { accessToken: 300, absolute: 30 * 24 * 3600 },
    cache: redisCache(redis, { lifetime: 4 * 3600 }),
  })
}
