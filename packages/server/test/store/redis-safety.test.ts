import { Redis, type RedisOptions } from 'ioredis'
import { beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import { redisStore } from '../../src/store/redis/index.js'
import { StoreUnavailableError } from '../../src/store/store.js'
import { type OwnRedis, ownRedis } from '../harness/own-redis.js'

const redis = await ownRedis(['--appendonly', 'yes'])
beforeEach(({ skip }) => skip(redis.missing !== undefined, redis.missing))

test.each(['allkeys-lru', 'allkeys-random', 'volatile-lru', 'volatile-ttl'])(
  'a Redis that may evict by %s is refused with what to do, until that is done',
  async (policy) => {
    const { client, store } = open()
    await client.config('SET', 'maxmemory-policy', policy)

    const refused = store.sessions.find('any')
    await expect(refused).rejects.toThrow(
      `redisStore: Redis has maxmemory-policy ${policy} and would delete sessions when its memory is full; ` +
        'set it to noeviction, or set the option allowEviction: true',
    )
    await expect(refused).rejects.not.toBeInstanceOf(StoreUnavailableError)
    await expect(store.now()).rejects.toThrow('maxmemory-policy')
    expect(await redisStore({ client, allowEviction: true }).now()).toBeGreaterThan(0)

    await client.config('SET', 'maxmemory-policy', 'noeviction')
    expect((await store.sessions.find('any')).session).toBeNull()
  },
)

test('a Redis that forgets everything when it restarts is refused with what to do, unless it may', async () => {
  const { client, store } = open()
  await client.config('SET', 'appendonly', 'no')

  await expect(store.now()).rejects.toThrow(
    'redisStore: Redis has neither appendonly nor save, and would lose every session when it restarts; ' +
      "set appendonly to yes, or set the option durability: 'as-configured'",
  )
  expect(await redisStore({ client, durability: 'as-configured' }).now()).toBeGreaterThan(0)

  await client.config('SET', 'appendonly', 'yes')
  expect(await store.now()).toBeGreaterThan(0)
})

test('snapshots alone, and a log that is not synced, are allowed with a warning each, once', async () => {
  const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
  onTestFinished(() => warned.mockRestore())
  const { client } = open()
  const openTwice = async () => void (await Promise.all([redisStore(client).now(), redisStore(client).now()]))

  await openTwice()
  expect(warned.mock.calls).toEqual([])
  await client.config('SET', 'appendfsync', 'no')
  await openTwice()
  await client.config('SET', 'appendonly', 'no', 'save', '3600 1')
  await openTwice()

  expect(warned.mock.calls.map(([message]) => message)).toEqual([
    'redisStore: Redis has appendfsync no: a power failure loses what the operating system had not yet written to the disk',
    'redisStore: Redis writes no append-only file: a crash loses every change since its last snapshot',
  ])
})

test('where CONFIG is forbidden the policy is read all the same, and snapshots are given the benefit of the doubt', async () => {
  const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
  onTestFinished(() => warned.mockRestore())
  const { client } = open()
  await client.acl('SETUSER', 'tenant', 'on', 'nopass', '~*', '&*', '+@all', '-config')
  const tenant = open({ username: 'tenant', password: 'any' })
  await expect(tenant.client.config('GET', 'save')).rejects.toThrow('NOPERM')

  await client.config('SET', 'maxmemory-policy', 'allkeys-lru', 'appendonly', 'no', 'save', '')
  await expect(tenant.store.now()).rejects.toThrow('maxmemory-policy allkeys-lru')
  await client.config('SET', 'maxmemory-policy', 'noeviction')

  expect(await tenant.store.now()).toBeGreaterThan(0)
})

function open(options: Omit<RedisOptions, 'replyMapping'> = {}) {
  const client = new Redis((redis as OwnRedis).url, options)
  const store = redisStore(client)
  onTestFinished(async () => {
    await store.close()
    client.disconnect()
  })
  return { client, store }
}
