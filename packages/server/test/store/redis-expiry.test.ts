import { Redis } from 'ioredis'
import { beforeEach, expect, onTestFinished, test } from 'vitest'
import { redisStore } from '../../src/store/redis/index.js'
import { testServer } from '../harness/auth-server.js'
import { Browser } from '../harness/browser.js'
import { freshPrefix, serviceFor } from '../harness/services.js'

const redis = await serviceFor('redis')
beforeEach(({ skip }) => skip(redis.missing !== undefined, redis.missing))

/** Signing keys, the log of revocations, and what a sweeper deletes: the log of events, and when to look at a session. */
const kept = /^:\{(keys\}:\w+|revocations\}:\w+|sweep:\d+\}|events?:[\w-]+\}|owner:[\w.]+\}:events)$/

test('sessions, lists of them and counters expire by themselves; what stays is on a short list', async () => {
  const { url, prefix } = await freshPrefix()
  const client = new Redis(url)
  onTestFinished(() => client.disconnect())
  const store = redisStore({ client, prefix, durability: 'as-configured' })
  const { auth } = testServer({ store, sessionKind: 'fixed' })
  const [browser, other] = [new Browser(auth), new Browser(auth)]
  await browser.signIn('ann')
  await other.signIn('bob')
  await browser.post('/auth/refresh')
  await browser.post('/auth/login', { username: 'ann', password: 'not the password of ann' })
  await auth.profiles.changed({ subject: 'bob' }, 1)
  await other.post('/auth/logout')

  const keys = await client.keys(`${prefix}*`)
  const remaining = await Promise.all(keys.map((key) => client.pttl(key)))

  const lasting = keys.filter((_, index) => remaining[index]! < 0).map((key) => key.slice(prefix.length))
  expect(lasting.filter((key) => !kept.test(key))).toEqual([])
  expect(keys.length - lasting.length).toBeGreaterThan(5)
})
