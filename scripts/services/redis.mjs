// @ts-check
import { findExecutable } from './executables.mjs'

/** @type {import('./service.mjs').Service} */
export const redis = {
  title: 'Redis',
  variable: 'REDIS_URL',
  example: 'redis://host',
  debian: ['redis-server'],
  image: { name: 'redis:7-alpine', port: 6379, args: [] },

  find() {
    const server = findExecutable('redis-server')
    if (!server) return null
    return {
      accounts: ['redis'],
      prepare: () => null,
      // Without persistence; `args` of startService come later and win.
      command: ({ data, port }) => [
        ...[server, '--port', String(port), '--bind', '127.0.0.1', '--dir', data, '--save', '', '--appendonly', 'no'],
      ],
      signal: 'SIGTERM',
    }
  },

  url: (port) => `redis://127.0.0.1:${port}`,

  identify: (url) =>
    connected(url, async (call) => {
      const [, folder] = /** @type {string[]} */ (await call('CONFIG', 'GET', 'dir'))
      const version = /redis_version:(\S+)/.exec(String(await call('INFO', 'server')))?.[1]
      return { version: version ?? '', folder: folder ?? '' }
    }),

  createDatabase: async (url) => url,

  dropDatabases: (url, prefix) =>
    connected(url, async (call) => {
      let cursor = '0'
      do {
        const [next, keys] = /** @type {[string, string[]]} */ (
          await call('SCAN', cursor, 'MATCH', `${prefix}*`, 'COUNT', '1000')
        )
        if (keys.length > 0) await call('UNLINK', ...keys)
        cursor = next
      } while (cursor !== '0')
    }),
}

/**
 * @template T
 * @param {string} url
 * @param {(call: (command: string, ...args: string[]) => Promise<unknown>) => Promise<T>} work
 */
async function connected(url, work) {
  const { Redis } = await import('ioredis')
  const client = new Redis(url, { lazyConnect: true, connectTimeout: 5000, retryStrategy: () => null })
  // The rejected promise says it; without a listener it would be printed as well.
  client.on('error', () => {})
  try {
    await client.connect()
    return await work((command, ...args) => client.call(command, ...args))
  } finally {
    client.disconnect()
  }
}
