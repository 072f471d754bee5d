import { createServer } from 'node:http'
import { createAuthServer } from '@sessionward/server'
import { redisCache } from '@sessionward/server/cache/redis'
import { requestListener } from '@sessionward/server/node'
import { mysqlStore } from '@sessionward/server/store/mysql'
import { Redis } from 'ioredis'
import { createPool } from 'mysql2/promise'

const pool = createPool(process.env.DATABASE_URL) // mysql://user:password@db:3306/auth
const redis = new Redis(process.env.REDIS_URL) // redis://cache:6379
redis.on('error', () => {}) // it connects again by itself, and would log each attempt

const auth = createAuthServer({
  issuer: process.env.ISSUER, // https://auth.example.com, the same on every node
  origins: ['https://app.example.com'],
  store: mysqlStore(pool),
  cache: redisCache(redis),
  secrets: {
    refresh: [{ id: 1, secret: process.env.REFRESH_SECRET, state: 'minting' }],
    seal: process.env.SEAL_SECRET,
    guards: [process.env.GUARD_CREDENTIAL],
  },
})

const listener = requestListener(auth, { address: (request) => request.headers['x-real-ip'] }) // what the proxy says
const server = createServer(listener).listen(Number(process.env.PORT || 4000), '127.0.0.1') // for the proxy alone

// A new version is rolled out: this node takes nothing new, and ends by itself. Clients that it cuts off ask the others.
process.once('SIGTERM', async () => {
  const closed = new Promise((resolve) => server.close(resolve))
  await auth.close() // ends the event streams too, which would keep the server open
  await closed
  await pool.end()
  redis.disconnect()
})
