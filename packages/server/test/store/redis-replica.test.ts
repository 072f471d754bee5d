import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { Redis } from 'ioredis'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { account, owner, session, signingKey, successor } from '../../src/store/conformance/samples.js'
import { redisStore } from '../../src/store/redis/index.js'
import { type Store, StoreUnavailableError } from '../../src/store/store.js'
import { eventually, type OwnRedis, ownRedis } from '../harness/own-redis.js'

const args = ['--appendonly', 'yes', '--repl-diskless-sync-delay', '0']
const [one, other] = [await ownRedis(args), await ownRedis(args)]
beforeEach(({ skip }) => skip(one.missing !== undefined, one.missing))

describe('a replica, whose answers may be old', () => {
  test('is unavailable and not asked, though it holds the session, and is used once it is the primary', async () => {
    const { primary, replica } = await pair()
    const [writer, reader] = [redisStore(primary), redisStore(replica)]
    const kept = session()
    await writer.sessions.create(kept)
    await eventually(async () => (await replica.dbsize()) === (await primary.dbsize()))

    const refused = reader.sessions.find(kept.id)
    await expect(refused).rejects.toThrow('the Redis server is a replica: connect the client to the primary')
    await expect(refused).rejects.toBeInstanceOf(StoreUnavailableError)

    await replica.replicaof('NO', 'ONE')
    const found = await eventually(() => reader.sessions.find(kept.id).catch(() => null))
    expect(found?.session).toEqual(kept)
  })

  test('says nothing of sessions where a primary became one under a store that is at work', async () => {
    const { primary, replica } = await pair()
    await replica.replicaof('NO', 'ONE')
    const reader = redisStore(replica)
    const kept = session()
    await reader.sessions.create(kept)
    // Its new primary is another, and cannot be reached.
    await replica.replicaof('127.0.0.1', 1)

    expect(await answersOf(reader, kept.id)).toEqual(Array(6).fill('away'))
    expect(primary.status).toBe('ready')
  })

  test.each([
    ...['sessions.find', 'sessions.listBySubject', 'sessions.revokedSince', 'sessions.revokeBySubject'],
    ...['sessions.confirm', 'sessions.touch', 'sessions.revoke'],
    ...['accounts.find', 'accounts.findByUsername', 'accounts.hasScope', 'keys.list'],
    ...['accounts.changePassword', 'accounts.update', 'keys.rotate', 'keys.deleteRetired'],
    ...['counters.add of nothing', 'counters.add of nothing to a new one', 'events.list', 'events.list of an owner'],
  ])('refuses %s by itself, however the store connected to it', async (verb) => {
    const { replica } = await pair()
    await replica.replicaof('NO', 'ONE')
    const reader = redisStore(replica)
    await reader.counters.add('known', 1, 60)
    // Else it would write the name of the history.
    await reader.sessions.revokedSince(null)
    await replica.replicaof('127.0.0.1', 1)

    const { accounts, keys, counters, events } = reader
    const { find, listBySubject, revokedSince, revokeBySubject, confirm, touch, revoke } = reader.sessions
    const unknown = session()
    const asked = {
      'sessions.find': () => find('unknown'),
      'sessions.listBySubject': () => listBySubject(owner()),
      'sessions.revokedSince': () => revokedSince(null),
      'sessions.revokeBySubject': () => revokeBySubject(owner(), 'signed_out', 300),
      'accounts.find': () => accounts.find(owner()),
      'accounts.findByUsername': () => accounts.findByUsername('', 'nobody'),
      'accounts.hasScope': () => accounts.hasScope('admin'),
      'keys.list': () => keys.list(),
      // What these find nothing for would be answered as lost, or as ended already.
      'sessions.confirm': () => confirm(unknown.id, unknown, successor(unknown)),
      'sessions.touch': () => touch(unknown.id, unknown, unknown.idleDeadline),
      'sessions.revoke': () => revoke(unknown.id, 'signed_out', 300),
      'accounts.changePassword': () => accounts.changePassword(owner(), 'one', 'other'),
      'accounts.update': () => accounts.update(owner(), 0, { disabled: true }),
      'keys.rotate': () => keys.rotate({ current: 'one', next: 'other' }),
      'keys.deleteRetired': () => keys.deleteRetired(0),
      'counters.add of nothing': () => counters.add('known', 0, 60),
      'counters.add of nothing to a new one': () => counters.add('unknown', 0, 60),
      'events.list': () => events.list({ limit: 1 }),
      'events.list of an owner': () => events.list({ owner: owner(), limit: 1 }),
    }[verb]!
    await expect(asked()).rejects.toThrow('Redis is unavailable: READONLY')
  })
})

test('where the address of the primary leads to another server after a failover, the store follows without a restart', async () => {
  const { primary, replica } = await pair()
  const address = await addressOf(primary)
  const client = newClient({ port: address.port })
  const store = redisStore(client)
  const kept = session()
  await store.sessions.create(kept)
  await eventually(async () => (await replica.dbsize()) === (await primary.dbsize()))

  await replica.replicaof('NO', 'ONE')
  await primary.replicaof('127.0.0.1', replica.options.port!)
  address.leadTo(replica)
  await redisStore(replica).sessions.revoke(kept.id, 'signed_out', 300)

  // The client still has its connection to the server that was the primary.
  await expect(store.sessions.find(kept.id)).rejects.toBeInstanceOf(StoreUnavailableError)
  const found = await eventually(() => store.sessions.find(kept.id).catch(() => null))
  expect(found?.session?.ended?.reason).toBe('signed_out')
})

test('a store whose address leads to a replica at first reaches the primary as soon as the address leads there', async () => {
  const { primary, replica } = await pair()
  const address = await addressOf(replica)
  const store = redisStore(newClient({ port: address.port }))
  await expect(store.now()).rejects.toThrow('the Redis server is a replica')

  // The connection to the replica stays open.
  address.leadTo(primary)

  expect(await eventually(() => store.now().catch(() => null))).toBeGreaterThan(0)
})

test('what makes a replica refuse a reading is passed on to no replica, and leaves nothing behind', async () => {
  const { primary } = await pair()
  const store = redisStore(primary)
  const kept = session()
  const person = account({ scope: 'admin' })
  const key = signingKey()
  await store.sessions.create(kept)
  await store.accounts.create(person)
  await store.keys.create(key)
  await store.counters.add('known', 1, 60)
  const state = async () => [await primary.info('persistence'), await primary.dbsize()].map(changesIn)
  const before = await state()

  for (const id of [kept.id, 'unknown']) await store.sessions.find(id)
  await store.sessions.listBySubject(kept)
  await store.sessions.listBySubject(owner())
  expect(await Promise.all([person, owner()].map(store.accounts.find))).toEqual([person, null])
  expect(await store.accounts.findByUsername('', person.usernameKey)).toEqual(person)
  expect(await store.accounts.findByUsername('', 'nobody')).toBeNull()
  expect(await Promise.all(['admin', 'nothing'].map(store.accounts.hasScope))).toEqual([true, false])
  expect(await store.keys.list()).toEqual([key])
  await redisStore({ client: primary, prefix: 'empty' }).keys.list()
  for (const name of ['known', 'unknown']) await store.counters.add(name, 0, 60)
  expect(await store.events.list({ limit: 1 })).toEqual([])

  expect(await state()).toEqual(before)
})

function changesIn(said: string | number): string {
  return /rdb_changes_since_last_save:\d+/.exec(String(said))?.[0] ?? String(said)
}

/** A primary and its replica, both empty; two primaries again when the test is over. */
async function pair(): Promise<{ readonly primary: Redis; readonly replica: Redis }> {
  const [primary, replica] = [one, other].map((server) =>
    newClient({ port: Number(new URL((server as OwnRedis).url).port) }),
  )
  await Promise.all([primary, replica].map((client) => client!.replicaof('NO', 'ONE')))
  await primary!.flushall()
  await replica!.replicaof('127.0.0.1', primary!.options.port!)
  await eventually(async () => (await replica!.info('replication')).includes('master_link_status:up'))
  return { primary: primary!, replica: replica! }
}

function newClient({ port }: { readonly port: number }): Redis {
  const client = new Redis({ port })
  client.on('error', () => {})
  onTestFinished(() => client.disconnect())
  return client
}

/** An address as a cloud gives it for the primary, which is another server's after a failover. Open connections stay. */
async function addressOf(first: Redis) {
  let port = first.options.port!
  const sockets = new Set<Socket>()
  const listening = createServer((near) => {
    const far = connect(port, '127.0.0.1')
    for (const socket of [near, far]) sockets.add(socket.on('error', () => {}))
    near.pipe(far).pipe(near)
  }).listen(0, '127.0.0.1')
  await once(listening, 'listening')
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    listening.close()
  })
  return {
    port: (listening.address() as { readonly port: number }).port,
    leadTo(next: Redis) {
      port = next.options.port!
    },
  }
}

async function answersOf({ sessions, now }: Store, id: string): Promise<readonly string[]> {
  const asked = [
    () => sessions.find(id),
    () => sessions.find('unknown'),
    () => sessions.listBySubject(owner()),
    () => sessions.revokedSince(null),
    () => sessions.revokeBySubject(owner(), 'signed_out', 300),
    () => now(),
  ]
  const answers: string[] = []
  for (const ask of asked) {
    const said = (error: unknown) => (error instanceof StoreUnavailableError ? 'away' : String(error))
    answers.push(await ask().then(() => 'answered', said))
  }
  return answers
}
