import { Redis } from 'ioredis'
import { beforeEach, expect, onTestFinished, test } from 'vitest'
import { session } from '../../src/store/conformance/samples.js'
import { redisStore } from '../../src/store/redis/index.js'
import { freshPrefix, serviceFor } from '../harness/services.js'
import { bundle, Child } from './processes/child.js'

const redis = await serviceFor('redis')
beforeEach(({ skip }) => skip(redis.missing !== undefined, redis.missing))

test('of 50 that confirm at once in two processes one wins, in each of 40 rounds', async () => {
  const { url, prefix } = await freshPrefix()
  const client = new Redis(url)
  onTestFinished(() => client.disconnect())
  const store = redisStore({ client, prefix, durability: 'as-configured' })
  const program = await bundle(new URL('./processes/redis-confirm-on-word.ts', import.meta.url))
  onTestFinished(() => program.remove())
  const children = [1, 2].map(() => new Child(process.execPath, program.file, url, prefix))
  onTestFinished(async () => void (await Promise.all(children.map((child) => child.kill()))))
  await Promise.all(children.map((child) => child.printed(1)))

  for (let round = 1; round <= 40; round++) {
    const contested = session({ nonce: new Uint8Array(16) })
    await store.sessions.create(contested)
    for (const child of children) child.say(contested.id)
    await Promise.all(children.map((child) => child.printed(round + 1)))

    const winners = children.map((child) => child.lines[round]!)
    expect(winners.join(' ').trim().split(' ')).toHaveLength(1)
    const { session: after } = await store.sessions.find(contested.id)
    expect(Buffer.from(after!.nonce).toString('base64url')).toBe(winners.join(''))
  }

  for (const child of children) child.say('end')
  expect(await Promise.all(children.map((child) => child.ended()))).toEqual([0, 0])
})
