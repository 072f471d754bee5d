import { once } from 'node:events'
import { Redis, type RedisOptions } from 'ioredis'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { account, owner, session, signingKey, successor } from '../../src/store/conformance/samples.js'
import { redisStore } from '../../src/store/redis/index.js'
import { type Store, StoreUnavailableError } from '../../src/store/store.js'
import { takenDown, testOutages } from '../harness/outages.js'
import { type OwnRedis, ownRedis } from '../harness/own-redis.js'
import { droppingAnswers } from './redis/dropping-answers.js'

const redis = await ownRedis(['--appendonly', 'yes', '--appendfsync', 'always'])
beforeEach(({ skip }) => skip(redis.missing !== undefined, redis.missing))

testOutages({
  ...takenDown(() => (redis.missing === undefined ? server().own : undefined)),
  open: () => open({ timeout: 1 }).store,
})

test('a client that queues nothing, and one that has given up, are unavailable and not empty', async () => {
  const { client, store } = open({}, { enableOfflineQueue: false, lazyConnect: true })
  await expect(store.sessions.find('any')).rejects.toBeInstanceOf(StoreUnavailableError)
  await once(client, 'ready')
  expect((await store.sessions.find('any')).session).toBeNull()
  client.disconnect()
  await expect(store.sessions.find('any')).rejects.toBeInstanceOf(StoreUnavailableError)
})

test('a replica that may not write, and a server that is full, are an absence and not an error of ours', async () => {
  const { client, store } = open()
  await store.sessions.create(session())
  onTestFinished(
    async () => void (await Promise.all([client.replicaof('NO', 'ONE'), client.config('SET', 'maxmemory', '0')])),
  )

  await client.config('SET', 'maxmemory', '1')
  await expect(store.sessions.create(session())).rejects.toThrow('Redis is unavailable: OOM')
  await client.config('SET', 'maxmemory', '0')
  await client.replicaof('127.0.0.1', 1)
  const refused = store.sessions.create(session())
  await expect(refused).rejects.toThrow('Redis is unavailable: READONLY')
  await expect(refused).rejects.toBeInstanceOf(StoreUnavailableError)
  await client.replicaof('NO', 'ONE')

  await store.sessions.create(session())
})

test('a wrong password is an absence', async () => {
  const { store } = open({}, { username: 'nobody', password: 'a secret of ours', retryStrategy: null })

  const error: Error = await store.now().catch((reason) => reason)

  expect(error).toBeInstanceOf(StoreUnavailableError)
  expect(`${error.stack} ${JSON.stringify(error.cause)} ${error.cause}`).not.toContain('a secret of ours')
})

test('what Redis says of our own faults stays an error, and carries nothing of what was sent', async () => {
  const { client, store } = open()
  const given = account({ passwordHash: 'a hash that nobody may see' })
  await client.set(`sessionward:{account:.${given.subject}}`, 'not a hash')

  const error: Error = await store.accounts.create(given).catch((reason) => reason)

  expect(error).not.toBeInstanceOf(StoreUnavailableError)
  expect(error.message).toContain('WRONGTYPE')
  expect(Object.keys(error)).not.toContain('command')
})

test('scripts are sent once to a server, and again to one that has forgotten them', async () => {
  const { client, store } = open()
  const kept = session()
  await store.sessions.create(kept)
  await store.sessions.find(kept.id)
  await client.script('FLUSH')
  await client.config('RESETSTAT')

  for (let times = 0; times < 5; times++) expect((await store.sessions.find(kept.id)).session).toEqual(kept)

  const stats = await client.info('commandstats')
  expect(stats).toMatch(/cmdstat_eval:calls=1,/)
  expect(stats).toMatch(/cmdstat_evalsha:calls=5,/)
})

test('a Redis that was emptied has another history', async () => {
  const { client, store } = open()
  const { epoch } = await store.sessions.revokedSince(null)
  await client.flushall()

  const after = await store.sessions.revokedSince(null)

  expect(after.epoch).not.toBe(epoch)
  expect(after.entries).toEqual([])
})

describe('where the answer is lost with the connection, and the client asks again, the first to ask has won', () => {
  const before = session()
  const held = account()
  const current = signingKey()
  const next = signingKey({ algorithm: current.algorithm, state: 'next' })
  const cases: Readonly<Record<string, (store: Store) => Promise<unknown>>> = {
    'sessions.create': (store) => store.sessions.create(before),
    'sessions.create with an ordinal': (store) => store.sessions.create(before, 1),
    'sessions.confirm': (store) => store.sessions.confirm(before.id, before, successor(before)),
    'sessions.revoke': (store) => store.sessions.revoke(before.id, 'signed_out', 300),
    'accounts.create': (store) => store.accounts.create(held),
    'accounts.changePassword': (store) => store.accounts.changePassword(held, held.passwordHash, 'next'),
    'accounts.update': (store) => store.accounts.update(held, 0, { scope: 'orders' }),
    'keys.create': (store) => store.keys.create(current),
    'keys.rotate': (store) => store.keys.rotate({ current: current.kid, next: next.kid }),
    'oneTimeValues.claim': (store) => store.oneTimeValues.claim(owner().subject, 60),
  }
  const prepared: Readonly<Record<string, (store: Store) => Promise<unknown>>> = {
    'sessions.confirm': (store) => store.sessions.create(before),
    'sessions.revoke': (store) => store.sessions.create(before),
    'accounts.changePassword': (store) => store.accounts.create(held),
    'accounts.update': (store) => store.accounts.create(held),
    'keys.rotate': (store) => Promise.all([store.keys.create(current), store.keys.create(next)]),
  }
  const won: Readonly<Record<string, unknown>> = {
    'sessions.create': 'created',
    'sessions.create with an ordinal': 'created',
    'sessions.confirm': 'confirmed',
    'sessions.revoke': expect.objectContaining({ sid: before.id }),
    'accounts.create': 'created',
    'accounts.changePassword': 'changed',
    'accounts.update': 'updated',
    'keys.create': 'created',
    'keys.rotate': 'rotated',
    'oneTimeValues.claim': 'claimed',
  }

  test.each(Object.keys(cases))('%s', async (verb) => {
    const direct = open()
    await direct.client.flushall()
    await prepared[verb]?.(direct.store)
    const proxy = await droppingAnswers(new URL(server().url))
    onTestFinished(() => proxy.close())
    const { client, store } = open({}, { host: '127.0.0.1', port: proxy.port, retryStrategy: () => 1 })
    await store.now()

    // Each of its commands takes place, and is answered only when it is sent a second time.
    proxy.dropFirstAnswers()
    expect(await cases[verb]!(store)).toEqual(won[verb])

    expect(proxy.dropped).toBeGreaterThan(0)
    expect(client.status).toBe('ready')
  })
})

function server() {
  return redis as OwnRedis
}

function open({ timeout = 5 } = {}, options: Omit<RedisOptions, 'replyMapping'> = {}) {
  const client = new Redis({ ...addressOf(server().url), ...options })
  client.on('error', () => {})
  const store = redisStore({ client, timeout })
  onTestFinished(async () => {
    await store.close()
    client.disconnect()
  })
  return { client, store }
}

function addressOf(url: string) {
  return { host: '127.0.0.1', port: Number(new URL(url).port) }
}
