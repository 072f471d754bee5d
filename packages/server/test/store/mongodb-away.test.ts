import {
  MongoClient,
  MongoInvalidArgumentError,
  MongoNetworkError,
  MongoServerError,
  MongoServerSelectionError,
} from 'mongodb'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { session, successor } from '../../src/store/conformance/samples.js'
import type { Document, MongodbDatabase } from '../../src/store/mongodb/client.js'
import { mongodbStore } from '../../src/store/mongodb/index.js'
import { StoreUnavailableError } from '../../src/store/store.js'
import { newDatabase, recorded, service } from './mongodb-database.js'
import { openProxy } from './mongodb-proxy.js'

beforeEach(({ skip }) => skip(service.missing !== undefined, service.missing))

describe('a server that is gone', () => {
  test('is unavailable and not empty, and is used again when it is back, without a restart', async () => {
    const { proxy, store } = await openBehindProxy()
    const kept = session()
    await store.sessions.create(kept)

    await proxy.cut()
    await expectAway(store, kept.id)
    await proxy.restore()

    await until(() => store.sessions.find(kept.id).then((found) => found.session !== null))
    expect((await store.sessions.find(kept.id)).session).toEqual(kept)
    expect(await store.sessions.confirm(kept.id, kept, successor(kept))).toBe('confirmed')
  })

  test('in the midst of confirmations loses none that was answered, and answers none that is lost', async () => {
    const { proxy, store } = await openBehindProxy()
    const started = Array.from({ length: 20 }, () => session())
    for (const one of started) await store.sessions.create(one)
    const last = new Map(started.map((one) => [one.id, one]))
    let stopped = false
    let confirmed = 0

    const confirming = started.map(async ({ id }) => {
      while (!stopped) {
        const before = last.get(id)!
        const next = successor(before)
        try {
          expect(await store.sessions.confirm(id, before, next)).toBe('confirmed')
          last.set(id, { ...before, ...next })
          confirmed++
        } catch (error) {
          expect(error).toBeInstanceOf(StoreUnavailableError)
          // Nobody knows whether it was done: the session as it is now says so.
          await until(async () => {
            last.set(id, (await store.sessions.find(id)).session!)
            return true
          })
          expect([before.nonce, next.nonce]).toContainEqual(last.get(id)!.nonce)
        }
      }
    })
    for (let round = 0; round < 3; round++) {
      const enough = confirmed + 40
      await until(async () => confirmed >= enough)
      await proxy.cut()
      await pause(50)
      await proxy.restore()
    }
    await pause(150)
    stopped = true
    await Promise.all(confirming)

    for (const one of last.values()) {
      await until(() => store.sessions.find(one.id).then(() => true))
      expect((await store.sessions.find(one.id)).session).toEqual(one)
    }
  })

  test('before it answers has done what it was told, and the caller is not told that it lost', async () => {
    const { proxy, store } = await openBehindProxy()
    const before = session()
    await store.sessions.create(before)
    const next = successor(before)

    proxy.loseNextAnswer()
    await expect(store.sessions.confirm(before.id, before, next)).rejects.toBeInstanceOf(StoreUnavailableError)

    await until(() => store.sessions.find(before.id).then(() => true))
    expect((await store.sessions.find(before.id)).session).toEqual({ ...before, ...next })
  })
})

test('a server that hangs is unavailable after the time limit, for those too who wait behind others, and then used again', async () => {
  const { proxy, store } = await openBehindProxy({ timeout: 2 })
  const kept = session()
  await store.sessions.create(kept)

  proxy.hang()
  const asked: Promise<unknown>[] = []
  for (let turn = 0; turn < 5; turn++) {
    asked.push(store.sessions.find(kept.id), store.sessions.touch(kept.id, kept, kept.idleDeadline))
    asked.push(store.sessions.revoke(kept.id, 'signed_out', 300), store.sessions.listBySubject(kept), store.now())
    await new Promise((resolve) => setImmediate(resolve))
  }
  const outcomes = await Promise.allSettled(asked)
  await proxy.restore()

  for (const outcome of outcomes) {
    expect(outcome).toMatchObject({ status: 'rejected', reason: expect.any(StoreUnavailableError) })
    expect((outcome as PromiseRejectedResult).reason.message).toMatch(/did not answer within/)
  }
  await until(() => store.sessions.find(kept.id).then(() => true))
  expect((await store.sessions.find(kept.id)).session).toEqual(kept)
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

  await until(async () => signals.length === 1 && signals[0]!.aborted)
})

describe('an error of the driver or the server', async () => {
  const db = await newDatabase()
  const answer = (code: number, codeName: string, more: Document = {}) =>
    new MongoServerError({ message: 'at mongodb://user:secret@host', code, codeName, ...more })

  const named = (error: Error & { codeName?: string }) => ({ error, name: error.codeName ?? error.name })

  test.each(
    [
      answer(10107, 'NotWritablePrimary'),
      answer(13435, 'NotPrimaryNoSecondaryOk'),
      answer(189, 'PrimarySteppedDown'),
      answer(11602, 'InterruptedDueToReplStateChange'),
      answer(91, 'ShutdownInProgress'),
      answer(50, 'MaxTimeMSExpired'),
      answer(112, 'WriteConflict'),
      answer(1, 'Unheard', { errorLabels: ['RetryableWriteError'] }),
      new MongoNetworkError('connect ECONNREFUSED mongodb://user:secret@host'),
      new MongoServerSelectionError('user:secret@host', {} as never),
      Object.assign(new Error('user:secret@host'), { name: 'MongoPoolClearedError' }),
      Object.assign(new Error('user:secret@host'), { name: 'MongoClientClosedError' }),
    ].map(named),
  )('$name means unavailable, without a word of hosts', async ({ error }) => {
    const { store, fail } = await openFailing(error)
    fail()

    const verbs = [
      () => store.sessions.find('a'),
      () => store.sessions.touch('a', session(), 1),
      () => store.sessions.listBySubject(session()),
      () => store.keys.list(),
    ]
    for (const verb of verbs) {
      const rejected = await verb().catch((reason: unknown) => reason)
      expect(rejected).toBeInstanceOf(StoreUnavailableError)
      expect((rejected as Error).message).not.toMatch(/secret|host/)
      expect((rejected as Error).cause).toBe(error)
    }
  })

  test.each(
    [
      answer(2, 'BadValue'),
      answer(13, 'Unauthorized'),
      answer(26, 'NamespaceNotFound'),
      new MongoInvalidArgumentError('user:secret@host'),
      new TypeError('user:secret@host'),
    ].map(named),
  )('$name is a fault and no reason to ask again', async ({ error }) => {
    const { store, fail } = await openFailing(error)
    fail()

    const rejected = await store.sessions.find('a').catch((reason: unknown) => reason)

    expect(rejected).toBeInstanceOf(Error)
    expect(rejected).not.toBeInstanceOf(StoreUnavailableError)
    expect((rejected as Error).message).not.toMatch(/secret|host/)
  })

  test('that speaks of one of many statements is the answer of that one alone', async () => {
    const database = recorded(db)
    const store = mongodbStore(database)
    const [one, other] = [session(), session()]
    for (const kept of [one, other]) await store.sessions.create(kept)
    database.instead = (command) =>
      'update' in command
        ? Promise.resolve({ ok: 1, n: 1, writeErrors: [{ index: 1, code: 11602, errmsg: 'interrupted' }] })
        : undefined

    const outcomes = await Promise.allSettled([one, other].map((kept) => store.sessions.touch(kept.id, kept, 1)))

    expect(outcomes).toEqual([
      { status: 'fulfilled', value: 'touched' },
      { status: 'rejected', reason: expect.any(StoreUnavailableError) },
    ])
  })

  test('that speaks of a majority which has not answered is not taken for done', async () => {
    const database = recorded(db)
    const store = mongodbStore(database)
    const kept = session()
    await store.sessions.create(kept)
    const writeConcernError = { code: 64, codeName: 'WriteConcernTimeout', errmsg: 'waiting for replication timed out' }
    database.instead = (command) =>
      'writeConcern' in command ? Promise.resolve({ ok: 1, n: 1, writeConcernError }) : undefined

    await expect(store.sessions.touch(kept.id, kept, 1)).rejects.toBeInstanceOf(StoreUnavailableError)
    await expect(store.sessions.create(session())).rejects.toBeInstanceOf(StoreUnavailableError)
    await expect(store.sessions.revoke(kept.id, 'signed_out', 1)).rejects.toBeInstanceOf(StoreUnavailableError)
  })

  test('that another made the same document at once is looked at again', async () => {
    const database = recorded(db)
    const store = mongodbStore(database)
    await store.oneTimeValues.claim('first', 60)
    let times = 0
    database.instead = (command) => {
      if (command.update === undefined && command.findAndModify === undefined) return undefined
      times++
      if (times > 1) return undefined
      return command.update
        ? Promise.resolve({ ok: 1, n: 0, writeErrors: [{ index: 0, code: 11000, errmsg: 'E11000' }] })
        : Promise.reject(answer(11000, 'DuplicateKey'))
    }

    expect(await store.oneTimeValues.claim('first', 60)).toBe('taken')
    times = 0
    expect(await store.oneTimeValues.claim('second', 60)).toBe('claimed')
    times = 0
    expect((await store.counters.add('second', 2, 60)).count).toBe(2)
  })

  test('that another was in the way is no answer before it was tried again', async () => {
    const database = recorded(db)
    const store = mongodbStore(database)
    const kept = session()
    await store.sessions.create(kept)
    let conflicts = 2
    database.instead = () => (conflicts-- > 0 ? Promise.reject(answer(112, 'WriteConflict')) : undefined)

    expect(await store.sessions.confirm(kept.id, kept, successor(kept))).toBe('confirmed')

    conflicts = 1
    const conflict = { ok: 1, n: 0, writeErrors: [{ index: 0, code: 112, errmsg: 'WriteConflict' }] }
    database.instead = () => (conflicts-- > 0 ? Promise.resolve(conflict) : undefined)
    const other = session()
    await store.sessions.create(other)
    expect((await store.sessions.find(other.id)).session).toEqual(other)
  })

  async function openFailing(error: Error) {
    const database = recorded(db)
    const store = mongodbStore(database)
    await store.now()
    return {
      store,
      fail: () => {
        database.instead = () => Promise.reject(error)
      },
    }
  }
})

async function openBehindProxy({ timeout = 2 } = {}) {
  const proxy = await openProxy()
  const client = new MongoClient(proxy.url, { heartbeatFrequencyMS: 500 })
  const store = mongodbStore({ db: client.db(), timeout })
  onTestFinished(() => client.close())
  await store.now()
  return { proxy, store }
}

async function expectAway(store: ReturnType<typeof mongodbStore>, id: string): Promise<void> {
  const asked = [
    store.sessions.find(id),
    store.sessions.confirm(id, session(), { ...successor(session()) }),
    store.sessions.revoke(id, 'signed_out', 300),
    store.accounts.find({ tenant: '', subject: id }),
    store.oneTimeValues.claim(id, 60),
    store.sessions.revokedSince(null),
    store.now(),
  ]
  for (const outcome of await Promise.allSettled(asked)) {
    expect(outcome).toMatchObject({ status: 'rejected', reason: expect.any(StoreUnavailableError) })
  }
}

/** Asks until the answer is yes; what is unavailable meanwhile is asked again. */
async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo().catch(() => false))) await pause(20)
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds))
}
