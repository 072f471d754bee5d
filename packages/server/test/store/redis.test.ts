import { EventEmitter } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { owner, session } from '../../src/store/conformance/samples.js'
import { type RedisClient, type RedisStoreOptions, redisStore } from '../../src/store/redis/index.js'
import { testConformance } from '../harness/conformance.js'
import { freshPrefix, serviceFor } from '../harness/services.js'

const redis = await serviceFor('redis')
beforeEach(({ skip }) => skip(redis.missing !== undefined, redis.missing))

describe('the Redis store keeps the contract', () => {
  const clients: Redis[] = []
  const scripts: Run[] = []
  let own = { url: '', prefix: '' }
  let opened = 0
  // Nothing in a test's Redis is for long.
  const open = () => redisStore({ client: clients[opened++ % 2]!, prefix: own.prefix, durability: 'as-configured' })
  beforeAll(async () => {
    if (redis.missing !== undefined) return
    own = await freshPrefix()
    clients.push(new Redis(own.url), new Redis(own.url, { enableAutoPipelining: true }))
    clients.push(await watched(own.url, own.prefix, scripts))
  })
  afterAll(() => {
    for (const client of clients) client.disconnect()
  })

  // There are no tables.
  testConformance(open, ['schema'])

  test('its scripts touch only keys that they name, and nothing but scripts touches its keys', () => {
    const foreign = scripts.filter(({ keys, touched }) => touched.some((key) => !keys.includes(key)))

    expect(foreign).toEqual([])
    expect(scripts.length).toBeGreaterThan(5000)
    expect(scripts.filter(({ command }) => !/^eval(sha)?$/.test(command))).toEqual([])
  })

  test('neither lists nor sweeps look at more than an index', () => {
    const used = new Set(scripts.flatMap(({ commands }) => commands))

    expect([...used].sort()).toEqual(
      [
        ...['DEL', 'GET', 'GETEX', 'HDEL', 'HEXISTS', 'HGET', 'HKEYS', 'HMGET', 'HSET', 'INCR', 'PERSIST', 'PEXPIREAT'],
        ...['PTTL', 'SET', 'TIME', 'ZADD', 'ZRANGE', 'ZRANGEBYSCORE', 'ZREM', 'ZREVRANGE', 'ZSCAN', 'ZSCORE'],
      ].sort(),
    )
  })
})

test('what one turn of the event loop asks on the refresh path goes to Redis in one command', async () => {
  const { client, prefix, asked } = await recording()
  const store = redisStore({ client, prefix, durability: 'as-configured' })
  const all = Array.from({ length: 20 }, () => session())
  await Promise.all(all.map((one) => store.sessions.create(one)))
  const ask = async (verb: (one: (typeof all)[number]) => Promise<unknown>) => {
    await verb(all[0]!)
    asked.length = 0
    await Promise.all(all.map(verb))
    return asked.length
  }

  expect(await ask((one) => store.sessions.find(one.id))).toBe(1)
  expect(await ask((one) => store.sessions.touch(one.id, one, one.idleDeadline))).toBe(1)
  expect(await ask((one) => store.sessions.confirm(one.id, one, { ...one, superseded: [] }))).toBe(1)
  expect(await ask(() => store.accounts.find(owner()))).toBe(1)
})

test('two prefixes have nothing in common', async () => {
  const stores = await Promise.all(
    [1, 2].map(async () => {
      const { client, prefix } = await recording()
      return redisStore({ client, prefix, durability: 'as-configured' })
    }),
  )
  const kept = session()
  await stores[0]!.sessions.create(kept)

  expect((await stores[0]!.sessions.find(kept.id)).session).toEqual(kept)
  expect((await stores[1]!.sessions.find(kept.id)).session).toBeNull()
})

describe('an option that is not what it must be is named', () => {
  const client: RedisClient = { call: async () => null, duplicate: () => {} }
  const clientIs = 'redisStore: client must be a Redis or a Cluster from ioredis 5 or later'
  const prefixIs = 'redisStore: prefix must be letters, digits and _ - . :'
  const timeoutIs = 'redisStore: timeout must be a number of seconds, up to 3600'

  test.each<[string, unknown, string]>([
    ['nothing', undefined, clientIs],
    ['null', null, clientIs],
    ['an address', 'redis://127.0.0.1', clientIs],
    ['no client', {}, clientIs],
    ['a pool of another database', Object.assign(new EventEmitter(), { query() {}, connect() {} }), clientIs],
    ['a client of another kind', { client: { sendCommand() {}, duplicate() {} } }, clientIs],
    ['a misspelt name', { client, prefx: 'a' }, 'unknown option `redisStore.prefx`; did you mean `redisStore.prefix`?'],
    ['a prefix with a hash tag', { client, prefix: 'a{b}' }, prefixIs],
    ['an empty prefix', { client, prefix: '' }, prefixIs],
    ['a timeout of 0', { client, timeout: 0 }, timeoutIs],
    ['milliseconds', { client, timeout: 5000 }, timeoutIs],
    ['no number of seconds', { client, timeout: '5' }, timeoutIs],
    [
      'an eviction that is no yes or no',
      { client, allowEviction: 1 },
      'redisStore: allowEviction must be true or false',
    ],
    [
      'a durability that there is not',
      { client, durability: 'yes' },
      'redisStore: durability must be full or as-configured',
    ],
  ])('%s', (_, given, message) => {
    expect(() => redisStore(given as RedisStoreOptions)).toThrow(new TypeError(message))
  })
})

/** A command that was sent to Redis, and what its script did. */
interface Run {
  readonly command: string
  readonly keys: readonly string[]
  readonly touched: string[]
  readonly commands: string[]
}

/** Notes what becomes of keys under a prefix; commands of others run between, but none within a script. */
async function watched(url: string, prefix: string, runs: Run[]): Promise<Redis> {
  const monitor = await openMonitor(url)
  let current: Run | undefined
  monitor.on('monitor', (_, [command = '', ...args]: string[], source: string) => {
    if (source === 'lua') {
      current?.commands.push(command)
      if (args[0] !== undefined) current?.touched.push(args[0])
      return
    }
    const isScript = /^eval/i.test(command)
    const keys = isScript ? args.slice(2, 2 + Number(args[1])) : args.slice(0, 1)
    current = keys[0]?.startsWith(`${prefix}:{`)
      ? { command: command.toLowerCase(), keys, touched: [], commands: [] }
      : undefined
    if (current) runs.push(current)
  })
  // What it hears begins a moment after it says so.
  await sleep(50)
  return monitor
}

/** ioredis fails if other clients' commands arrive together with the reply to MONITOR. */
async function openMonitor(url: string, attempts = 10): Promise<Redis> {
  try {
    return await new Redis(url, { lazyConnect: true, retryStrategy: null }).monitor()
  } catch (error) {
    if (attempts === 1) throw error
    return openMonitor(url, attempts - 1)
  }
}

async function recording() {
  const { url, prefix } = await freshPrefix()
  const redisClient = new Redis(url)
  onTestFinished(() => redisClient.disconnect())
  const asked: string[] = []
  const client: RedisClient = {
    call(command, ...args) {
      asked.push(command)
      return redisClient.call(command, ...args)
    },
    duplicate: () => {},
  }
  return { client, prefix, asked }
}
