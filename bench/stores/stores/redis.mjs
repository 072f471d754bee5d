import { redisStore } from '@sessionward/server/store/redis'
import { Redis } from 'ioredis'

export const title = 'Redis'
export const service = 'redis'
export const args = ['--appendonly', 'yes', '--appendfsync', 'everysec']

export const connect = ({ url }) => new Redis(url)

export async function promiseOf(client) {
  const shown = async (name) => (await client.config('GET', name)).join('=')
  return Promise.all(['appendonly', 'appendfsync'].map(shown))
}

export const disconnect = (client) => client.disconnect()

export const store = (client, { database }) => redisStore({ client, prefix: database })

export function floor(client, { database }) {
  client.defineCommand('advance', {
    numberOfKeys: 1,
    lua: `
      local row = redis.call('HMGET', KEYS[1], 'generation', 'nonce')
      if row[1] ~= ARGV[1] or row[2] ~= ARGV[2] then return 0 end
      redis.call('HSET', KEYS[1], 'generation', ARGV[1] + 1, 'nonce', ARGV[3], 'idle', ARGV[4])
      return 1`,
  })
  return {
    insert: (id, generation, nonce) => client.hset(`${database}:${id}`, { generation, nonce, idle: 0 }),
    advance: async ({ id, generation, nonce, next, idleDeadline }) =>
      (await client.advance(`${database}:${id}`, generation, nonce, next, idleDeadline)) === 1,
  }
}
