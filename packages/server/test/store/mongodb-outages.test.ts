import { MongoClient } from 'mongodb'
import { afterAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { startOwnService } from '../../../../scripts/services/start.mjs'
import { session, successor } from '../../src/store/conformance/samples.js'
import type { MongodbDatabase } from '../../src/store/mongodb/client.js'
import { mongodbStore } from '../../src/store/mongodb/index.js'
import { StoreUnavailableError } from '../../src/store/store.js'
import { takenDown, testOutages } from '../harness/outages.js'
import { service } from './mongodb-database.js'
import { openProxy } from './mongodb-proxy.js'

describe('a server of our own', async () => {
  const started = await startOwnService('mongodb')
  if ('missing' in started && process.env.CI) throw new Error(started.missing)
  beforeEach(({ skip }) => skip(started.missing !== undefined, started.missing))
  afterAll(async () => void ('missing' in started || (await started.stop())))

  testOutages({
    ...takenDown(() => ('own' in started ? started.own : undefined)),
    open: () => open(started.url!),
  })
})

describe('behind a network with faults', () => {
  beforeEach(({ skip }) => skip(service.missing !== undefined, service.missing))
  let proxy: Awaited<ReturnType<typeof openProxy>>
  beforeEach(async () => {
    proxy = await openProxy()
  })

  testOutages({
    open: () => open(proxy.url),
    stop: () => proxy.cut(),
    restart: () => proxy.restore(),
    async freeze() {
      proxy.hang()
      return proxy.restore
    },
  })

  test('a command whose answer is lost may have taken place, and the caller is not told that it lost', async () => {
    const store = open(proxy.url)
    const before = session()
    await store.sessions.create(before)
    const next = successor(before)

    proxy.loseNextAnswer()
    await expect(store.sessions.confirm(before.id, before, next)).rejects.toBeInstanceOf(StoreUnavailableError)

    const find = () => store.sessions.find(before.id).catch(() => null)
    await expect.poll(find).toMatchObject({ session: { ...before, ...next } })
  })
})

test('a command without an answer is aborted, and a client that does not hear of it is not waited for', async () => {
  const signals: AbortSignal[] = []
  const deaf: MongodbDatabase = {
    command: (_, { signal }) => {
      signals.push(signal)
      return new Promise(() => {})
    },
    collection: () => ({ aggregate: () => ({ toArray: () => new Promise(() => {}) }) }),
  }
  const store = mongodbStore({ db: deaf, timeout: 0.05 })

  await expect(store.sessions.find('a')).rejects.toBeInstanceOf(StoreUnavailableError)

  await expect.poll(() => signals.map(({ aborted }) => aborted)).toEqual([true])
})

function open(url: string) {
  const client = new MongoClient(url, { heartbeatFrequencyMS: 500 })
  const store = mongodbStore({ db: client.db('outages'), timeout: 2 })
  onTestFinished(() => client.close())
  return store
}
