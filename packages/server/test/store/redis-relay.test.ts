import { setTimeout as sleep } from 'node:timers/promises'
import type { RevocationEntry } from '@sessionward/protocol'
import { Redis, type RedisOptions } from 'ioredis'
import { beforeEach, expect, onTestFinished, test } from 'vitest'
import { createIdleTime } from '../../src/idle-time.js'
import { createRevocationFeed } from '../../src/revocation/feed.js'
import { redisStore } from '../../src/store/redis/index.js'
import type { Relay } from '../../src/store/store.js'
import { eventually, type OwnRedis, ownRedis } from '../harness/own-redis.js'

const redis = await ownRedis()
beforeEach(({ skip }) => skip(redis.missing !== undefined, redis.missing))

test('a listener whose connection is cut hears so, and hears again when it is back', async () => {
  const { store, client } = open()
  const ear = listenTo(store)
  await eventually(() => ear.changes.length === 1)

  await client.client('KILL', 'TYPE', 'PUBSUB')
  await eventually(() => ear.changes.length === 3)
  await store.relay!.announce([entryOf('later')], 'one')

  await eventually(() => ear.heard.length === 1)
  expect(ear.changes).toEqual([true, false, true])
  expect(ear.heard).toEqual([entryOf('later')])
})

test('a listener hears that Redis is gone, and when it has come back', async () => {
  const { store } = open()
  const ear = listenTo(store)
  await eventually(() => ear.changes.length === 1)

  await server().own.down('SIGKILL')
  await eventually(() => ear.changes.length === 2)
  await server().own.up()

  await eventually(() => ear.changes.length === 3)
  expect(ear.changes).toEqual([true, false, true])
})

test('a listener hears that Redis hangs, although no connection ends, and when it has come round', async () => {
  const { store } = open()
  const ear = listenTo(store)
  await eventually(() => ear.changes.length === 1)
  const pid = server().own.pid!

  process.kill(pid, 'SIGSTOP')
  onTestFinished(() => void process.kill(pid, 'SIGCONT'))
  await eventually(() => ear.changes.length === 2)
  process.kill(pid, 'SIGCONT')

  await eventually(() => ear.changes.length === 3)
  expect(ear.changes).toEqual([true, false, true])
  await store.relay!.announce([entryOf('later')], 'one')
  await eventually(() => ear.heard.length === 1)
})

test('what has stopped listening, or belongs to a closed store, hears nothing and holds no connection', async () => {
  const { store, client } = open()
  const [stopped, closed] = [listenTo(store), listenTo(store)]
  await eventually(() => stopped.changes.length === 1 && closed.changes.length === 1)
  expect(await listeners(client)).toBe(2)

  stopped.stop()
  await store.close()

  await eventually(async () => (await listeners(client)) === 0)
  // Longer than a listener that was cut off waits before it comes back.
  await sleep(250)
  expect(await listeners(client)).toBe(0)
  expect([stopped.changes, closed.changes]).toEqual([[true], [true]])
  expect(await client.ping()).toBe('PONG')
})

test('nodes hear each other by their prefix, whatever prefix their client adds', async () => {
  const nodes = [open({ keyPrefix: 'own:' }), open({ keyPrefix: 'own:' })] as const
  const stranger = open({}, 'another')
  const ears = [listenTo(nodes[1].store), listenTo(stranger.store)] as const
  await eventually(() => ears.every(({ changes }) => changes.length === 1))

  await stranger.store.relay!.announce([entryOf('theirs')], 'one')
  await nodes[0].store.relay!.announce([entryOf('ours')], 'one')

  await eventually(() => ears.every(({ heard }) => heard.length > 0))
  expect(ears.map(({ heard }) => heard)).toEqual([[entryOf('ours')], [entryOf('theirs')]])
})

test('what is no list of entries is not heard, and what comes after it is', async () => {
  const { store, client } = open()
  const ear = listenTo(store)
  await eventually(() => ear.changes.length === 1)

  const noises = [
    '',
    'noise',
    '{}',
    'null',
    '[]',
    '[null]',
    '[1]',
    '["sid"]',
    '[{"sid":"forged","reason":"signed_out","expires":9}]',
    '{"entries":[{"sid":"forged","reason":"signed_out","expires":9}]}',
    '{"epoch":1,"entries":[{"sid":"forged","reason":"signed_out","expires":9}]}',
    '{"epoch":"one","entries":{}}',
    '{"epoch":"one","entries":[null,{"sid":"forged"},{"sid":1,"expires":9}]}',
  ]
  for (const noise of noises) await client.publish('sessionward:revocations', noise)
  await store.relay!.announce([entryOf('music')], 'one')

  await eventually(() => ear.heard.length > 0)
  expect(ear.heard).toEqual([entryOf('music')])
})

test('nodes on two databases of one Redis, whose channels are the same, tell their guards nothing of each other', async () => {
  const [mine, theirs] = await Promise.all([nodeOn({ db: 0 }), nodeOn({ db: 1 })])
  const other = await nodeOn({ db: 0 })

  theirs.feed.publish([await theirs.store.sessions.recordProfileChange(ann, 7, 300)])
  await eventually(() => mine.published.length === 1)
  mine.feed.publish([await mine.store.sessions.recordProfileChange(ann, 2, 300)])

  await eventually(() => other.heard.length > 0)
  expect(other.heard).toMatchObject([{ sub: 'ann', pv: 2 }])
})

test('a reason that nobody knows is one to refuse a session for', async () => {
  const { store, client } = open()
  const ear = listenTo(store)
  await eventually(() => ear.changes.length === 1)

  await client.publish('sessionward:revocations', '{"epoch":"one","entries":[{"sid":"a","reason":"x","expires":9}]}')

  await eventually(() => ear.heard.length > 0)
  expect(ear.heard).toEqual([{ sid: 'a', reason: 'session_revoked', expires: 9 }])
})

const ann = { tenant: '', subject: 'ann' }

/** A node that listens, what its guards hear, and all that is published. */
async function nodeOn(options: Pick<RedisOptions, 'db'>) {
  const { store, client } = open(options)
  const published: string[] = []
  const ear = client.duplicate()
  onTestFinished(() => ear.disconnect())
  await ear.subscribe('sessionward:revocations')
  ear.on('message', (_, message) => void published.push(message))
  const lives: boolean[] = []
  const heard: RevocationEntry[] = []
  const relay: Relay = {
    announce: (entries, epoch) => store.relay!.announce(entries, epoch),
    listen: (listener) =>
      store.relay!.listen({
        receive: (entries, epoch) => listener.receive(entries, epoch),
        live(arriving) {
          listener.live(arriving)
          lives.push(arriving)
        },
      }),
  }
  const feed = createRevocationFeed({ sessions: store.sessions, relay, idleTime: createIdleTime(), idleAfter: 300 })
  onTestFinished(() => feed.close())
  let begun = false
  feed.subscribe(({ entries }) => {
    begun = true
    heard.push(...entries)
  })
  await eventually(() => begun && lives.length > 0)
  return { store, feed, heard, published }
}

function entryOf(sid: string): RevocationEntry {
  return { sid, reason: 'signed_out', expires: 4_000_000_000 }
}

async function listeners(client: Redis): Promise<number> {
  return String(await client.client('LIST', 'TYPE', 'PUBSUB'))
    .split('\n')
    .filter(Boolean).length
}

function listenTo({ relay }: ReturnType<typeof redisStore>) {
  const changes: boolean[] = []
  const heard: RevocationEntry[] = []
  const stop = relay!.listen({
    receive: (entries) => void heard.push(...entries),
    live: (arriving) => void changes.push(arriving),
  })
  return { changes, heard, stop }
}

function server() {
  return redis as OwnRedis
}

function open(options: Pick<RedisOptions, 'keyPrefix' | 'db'> = {}, prefix = 'sessionward') {
  const client = new Redis(server().url, options)
  client.on('error', () => {})
  const store = redisStore({ client, prefix, durability: 'as-configured' })
  onTestFinished(async () => {
    await store.close()
    client.disconnect()
  })
  return { client, store }
}
