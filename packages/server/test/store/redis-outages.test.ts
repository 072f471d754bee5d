import { once } from 'node:events'
import { Redis, type RedisOptions } from 'ioredis'
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { account, owner, session, signingKey, storedEvent, successor } from '../../src/store/conformance/samples.js'
import { redisStore } from '../../src/store/redis/index.js'
import { type Store, StoreUnavailableError } from '../../src/store/store.js'
import { type OwnRedis, ownRedis } from '../harness/own-redis.js'
import { droppingAnswers } from './redis/dropping-answers.js'

const redis = await ownRedis(['--appendonly', 'yes', '--appendfsync', 'always'])
beforeEach(({ skip }) => skip(redis.missing !== undefined, redis.missing))
afterEach(() => redis.missing === undefined && server().own.pid === undefined && server().own.up())

test('while Redis is unavailable every verb says so, and afterwards what was answered is there', async () => {
  const { store } = open({ timeout: 0.5 })
  const kept = session()
  const held = account()
  await store.sessions.create(kept)
  await store.accounts.create(held)
  const ended = session()
  await store.sessions.create(ended)
  const entry = await store.sessions.revoke(ended.id, 'signed_out', 300)
  const { epoch } = await store.sessions.revokedSince(null)
  await server().own.down('SIGKILL')

  expect(await notAway(store)).toEqual([])
  await store.relay!.announce([entry!], epoch)
  await server().own.up()

  const next = successor(kept)
  // Not by this confirmation: one that was given up may take place later, and then another is lost.
  await eventually(() => store.now())
  expect(await store.sessions.confirm(kept.id, kept, next)).toBe('confirmed')
  expect((await store.sessions.find(kept.id)).session).toEqual({ ...kept, ...next })
  expect(await store.accounts.findByUsername('', held.usernameKey)).toEqual(held)
  expect((await store.sessions.revokedSince(null)).entries).toContainEqual(entry)
  expect((await store.sessions.find(ended.id)).session?.ended?.reason).toBe('signed_out')
})

test('where a server hangs a verb gives up when its time is over, and works again when the server does', async () => {
  const { store } = open({ timeout: 0.3 })
  const kept = session()
  await store.sessions.create(kept)
  const { pid } = server().own
  process.kill(pid!, 'SIGSTOP')
  onTestFinished(() => void process.kill(pid!, 'SIGCONT'))

  const verbs = [() => store.sessions.find(kept.id), () => store.accounts.find(owner()), () => store.now()]
  for (const verb of verbs) await expect(verb()).rejects.toThrow('Redis did not answer within 0.3 s')
  process.kill(pid!, 'SIGCONT')

  expect((await eventually(() => store.sessions.find(kept.id))).session).toEqual(kept)
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

test('after close every verb says that the store is unavailable, and the client is still open', async () => {
  const { client, store } = open()
  await store.now()
  await Promise.all([store.close(), store.close()])

  expect(await notAway(store)).toEqual([])
  expect(await client.ping()).toBe('PONG')
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

/** The verbs that do not say that the store is unavailable, all asked at once. */
async function notAway(store: Store): Promise<string[]> {
  const who = owner()
  const one = session()
  const verbs: Readonly<Record<string, () => Promise<unknown>>> = {
    'sessions.create': () => store.sessions.create(one),
    'sessions.find': () => store.sessions.find(one.id),
    'sessions.confirm': () => store.sessions.confirm(one.id, one, successor(one)),
    'sessions.touch': () => store.sessions.touch(one.id, one, 1),
    'sessions.revoke': () => store.sessions.revoke(one.id, 'signed_out', 1),
    'sessions.revokeBySubject': () => store.sessions.revokeBySubject(who, 'signed_out', 1),
    'sessions.listBySubject': () => store.sessions.listBySubject(who),
    'sessions.outdateProfile': () => store.sessions.outdateProfile(who, 1),
    'sessions.recordProfileChange': () => store.sessions.recordProfileChange(who, 1, 1),
    'sessions.revokedSince': () => store.sessions.revokedSince(null),
    // What was given up may take place later, when the client is back: nothing that a test looks at is so old.
    'sessions.deleteExpired': () => store.sessions.deleteExpired(24 * 3600, 1),
    'accounts.create': () => store.accounts.create(account()),
    'accounts.find': () => store.accounts.find(who),
    'accounts.findByUsername': () => store.accounts.findByUsername('', 'any'),
    'accounts.changePassword': () => store.accounts.changePassword(who, '', ''),
    'accounts.update': () => store.accounts.update(who, 0, {}),
    'accounts.hasScope': () => store.accounts.hasScope('any'),
    'keys.list': () => store.keys.list(),
    'keys.create': () => store.keys.create(signingKey()),
    'keys.rotate': () => store.keys.rotate({ current: 'a', next: 'b' }),
    'keys.deleteRetired': () => store.keys.deleteRetired(1),
    'counters.add': () => store.counters.add('any', 1, 1),
    'oneTimeValues.claim': () => store.oneTimeValues.claim('any', 1),
    'events.append': () => store.events.append(storedEvent()),
    'events.list': () => store.events.list({ limit: 1 }),
    'events.deleteOlderThan': () => store.events.deleteOlderThan(1, 1),
    now: () => store.now(),
  }
  const reasons = await Promise.all(Object.values(verbs).map((verb) => verb().catch((error) => error)))
  return Object.keys(verbs).filter((_, index) => !(reasons[index] instanceof StoreUnavailableError))
}

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

/** Tries again while the client is still on its way back. */
async function eventually<T>(verb: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await verb()
    } catch (error) {
      if (!(error instanceof StoreUnavailableError)) throw error
    }
  }
}
