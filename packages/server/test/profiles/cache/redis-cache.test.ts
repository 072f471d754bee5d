import { conformance } from '@sessionward/server/store/conformance'
import { Cluster, Redis } from 'ioredis'
import { afterAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { type RedisCacheClient, type RedisCacheOptions, redisCache } from '../../../src/profiles/cache/index.js'
import { memoryStore } from '../../../src/store/memory/index.js'
import { eventually, type OwnRedis, ownRedis } from '../../harness/own-redis.js'

const wanted = { notBefore: 1, now: 2 }

describe('redisCache refuses', () => {
  const client = new Redis({ lazyConnect: true })
  afterAll(() => client?.disconnect())

  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['a URL', 'redis://127.0.0.1'],
    ['another client', { get: () => {}, set: () => {} }],
  ])('%s for a client', (_, wrong) => {
    expect(() => redisCache(wrong as RedisCacheClient)).toThrow(
      /^redisCache: client must be a Redis or a Cluster of ioredis/,
    )
  })

  it.each<[string, object]>([
    [': prefix', { prefix: '' }],
    [': prefix', { prefix: 'a{b}' }],
    [': prefix', { prefix: 1 }],
    [': lifetime', { lifetime: 0 }],
    [': lifetime', { lifetime: '7200' }],
    [': negativeLifetime', { negativeLifetime: -1 }],
    [': timeout', { timeout: Number.NaN }],
    [': timeout', { timeout: Number.POSITIVE_INFINITY }],
    [': waitTimeout', { waitTimeout: null }],
    ['.ttl', { ttl: 7200 }],
  ])('a wrong option, and says whose it is and its name: redisCache%s', (name, wrong) => {
    expect(() => redisCache(client, wrong as RedisCacheOptions)).toThrow(TypeError)
    expect(() => redisCache(client, wrong as RedisCacheOptions)).toThrow(`redisCache${name}`)
  })
})

const server = await ownRedis()

describe('a cache in Redis', () => {
  beforeEach(({ skip }) => skip(server.missing !== undefined, server.missing))

  const { connect, own } = server as OwnRedis

  it('tells a server that started anew its scripts again', async () => {
    const client = await connect()
    const { profiles } = redisCache(client, { timeout: 10 })
    await profiles.set('ann', { readAt: 2, profile: '{}' }, null)
    await client.script('FLUSH')

    expect(await profiles.get('ann', wanted)).toEqual({ outcome: 'found', entry: { readAt: 2, profile: '{}' } })
  })

  it('rejects at once while Redis is unavailable, and does not do it later either', async () => {
    const client = await connect()
    const { profiles } = redisCache(client, { timeout: 10 })
    await own.down()
    await eventually(() => client.status !== 'ready')

    await expect(profiles.get('ann', wanted)).rejects.toThrow('not connected')
    await expect(profiles.set('ann', { readAt: 2, profile: '{}' }, null)).rejects.toThrow('not connected')

    await own.up()
    await eventually(() => client.status === 'ready')
    expect(await client.keys('*')).toEqual([])
  })

  it('connects a client with lazyConnect', async () => {
    const client = await connect({ lazyConnect: true })

    expect(await redisCache(client, { timeout: 10 }).profiles.get('lazy', wanted)).toMatchObject({ outcome: 'locked' })
  })

  it('rejects in time where Redis does not answer, and soon without trying', async () => {
    const client = await connect()
    const { profiles } = redisCache(client)
    process.kill(own.pid!, 'SIGSTOP')
    onTestFinished(() => void process.kill(own.pid!, 'SIGCONT'))

    for (const _ of [1, 2, 3]) await expect(profiles.get('ann', wanted)).rejects.toThrow('did not answer in time')
    await expect(profiles.get('ann', wanted)).rejects.toThrow('not tried')
  })

  it('releases a lock only for its holder', async () => {
    const client = await connect()
    const { profiles } = redisCache(client, { timeout: 10, waitTimeout: 0.05 })
    const look = await profiles.get('bob', wanted)

    await profiles.unlock('bob', 'another')
    await profiles.set('bob', { readAt: 1, profile: '{}' }, 'another')

    const later = { notBefore: 2, now: 2 }
    expect(await profiles.get('bob', later)).toEqual({ outcome: 'busy' })
    await profiles.unlock('bob', look.outcome === 'locked' ? look.lock : '')
    expect(await profiles.get('bob', later)).toMatchObject({ outcome: 'locked' })
  })

  it('grants the lock again when its holder has died', async () => {
    const { profiles } = redisCache(await connect(), { timeout: 10, waitTimeout: 0.01 })
    await profiles.get('eve', wanted)

    // The lock expires by Redis' clock, however long that takes.
    const again = await eventually(async () => {
      const look = await profiles.get('eve', wanted)
      return look.outcome === 'locked' && look
    })

    expect(again).toMatchObject({ outcome: 'locked' })
  })

  const relay = conformance.filter(({ part }) => part === 'relay')
  it.each(relay)('as a relay: $title', async ({ run }) => {
    const caches = [redisCache(await connect()), redisCache(await connect())]
    let opened = 0
    return run({
      open() {
        const cache = caches[opened++ % 2]!
        return { ...memoryStore(), relay: cache.relay!, close: cache.close }
      },
    })
  })
})

const cluster = await ownRedis(['--cluster-enabled', 'yes', '--cluster-announce-ip', '127.0.0.1'])

describe('a cache in a cluster of Redis', () => {
  beforeEach(({ skip }) => skip(cluster.missing !== undefined, cluster.missing))

  const { url, connect } = cluster as OwnRedis
  let client: Cluster
  afterAll(() => client?.disconnect())

  it('keeps what belongs to one person in one slot', async () => {
    const { hostname, port } = new URL(url)
    await (await connect()).call('CLUSTER', 'ADDSLOTSRANGE', '0', '16383')
    client = new Cluster([{ host: hostname, port: Number(port) }])
    client.on('error', () => {})
    await eventually(async () =>
      String(await client.call('CLUSTER', 'INFO').catch(() => '')).includes('cluster_state:ok'),
    )
    const { profiles } = redisCache(client, { timeout: 10 })

    for (const name of ['ann', 'bob', 'eve']) {
      const look = await profiles.get(name, wanted)
      await profiles.set(name, { readAt: 2, profile: `"${name}"` }, look.outcome === 'locked' ? look.lock : null)
    }

    expect(await profiles.get('bob', wanted)).toEqual({ outcome: 'found', entry: { readAt: 2, profile: '"bob"' } })
    await profiles.delete('bob')
    expect(await profiles.get('bob', wanted)).toMatchObject({ outcome: 'locked' })
  })
})
