import { MongoClient } from 'mongodb'
import { afterAll, beforeEach, expect, onTestFinished, test } from 'vitest'
import { startOwnService } from '../../../../scripts/services/start.mjs'
import { session, successor } from '../../src/store/conformance/samples.js'
import { mongodbStore } from '../../src/store/mongodb/index.js'
import { StoreUnavailableError } from '../../src/store/store.js'

const started = await startOwnService('mongodb')
if ('missing' in started && process.env.CI) throw new Error(started.missing)
beforeEach(({ skip }) => skip('missing' in started, 'missing' in started ? started.missing : ''))
afterAll(async () => void ('missing' in started || (await started.stop())))

// The server may need half a minute to recover.
test('a server that is killed is unavailable, and what was answered before is there when it comes back', async () => {
  const { url, own } = started as Exclude<typeof started, { missing: string }>
  const client = new MongoClient(url, { heartbeatFrequencyMS: 500 })
  onTestFinished(() => client.close())
  const store = mongodbStore({ db: client.db('killed'), timeout: 2 })
  const records = Array.from({ length: 20 }, () => session())
  await Promise.all(records.map((one) => store.sessions.create(one)))
  const answered = new Map(records.map((one) => [one.id, one]))
  let isAway = false
  const confirming = records.map(async ({ id }) => {
    while (!isAway) {
      const before = answered.get(id)!
      const next = successor(before)
      try {
        expect(await store.sessions.confirm(id, before, next)).toBe('confirmed')
        answered.set(id, { ...before, ...next })
      } catch (error) {
        expect(error).toBeInstanceOf(StoreUnavailableError)
        isAway = true
        return { id, attempted: next }
      }
    }
    return { id, attempted: undefined }
  })

  await new Promise((resolve) => setTimeout(resolve, 300))
  await own!.down('SIGKILL')
  const attempts = await Promise.all(confirming)
  await expect(store.sessions.find(records[0]!.id)).rejects.toBeInstanceOf(StoreUnavailableError)
  await own!.up()

  while ((await store.now().catch(() => null)) === null);
  expect([...answered.values()].some(({ generation }) => generation > 0)).toBe(true)
  for (const { id, attempted } of attempts) {
    const { session: found } = await store.sessions.find(id)
    const last = answered.get(id)!
    // What was under way when the server died may have been done.
    expect(found).toEqual(attempted && found?.generation === attempted.generation ? { ...last, ...attempted } : last)
    expect(await store.sessions.confirm(id, found!, successor(found!))).toBe('confirmed')
  }
}, 90_000)
