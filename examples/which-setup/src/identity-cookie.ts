import { type AuthServerOptions, createAuthServer } from '@sessionward/server'
import { redisCache } from '@sessionward/server/cache/redis'
import { md5, mysqlUsers, userDirectory } from '@sessionward/server/users'
import type { Redis } from 'ioredis'
import type { Pool } from 'mysql2/promise'

export function openAuthServer(pool: Pool, redis: Redis, options: AuthServerOptions) {
  const users = mysqlUsers(pool, { table: 'users', columns: { id: 'id', username: 'email', hash: 'password' } })
  redis.on('error', () => {}) // it connects again by itself, and would log each attempt
  return createAuthServer({
    ...options,
    sessionKind: 'fixed', // one cookie for a month
    directory: userDirectory(users, { hashes: [md5()] }), // argon2id at the next sign-in, if the column takes 97 characters
    cache: redisCache(redis, { lifetime: 2 * 3600 }),
  })
}
