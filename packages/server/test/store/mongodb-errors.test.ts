import { MongoInvalidArgumentError, MongoNetworkError, MongoServerError, MongoServerSelectionError } from 'mongodb'
import { beforeEach, describe, expect, test } from 'vitest'
import { session, successor } from '../../src/store/conformance/samples.js'
import type { Document } from '../../src/store/mongodb/client.js'
import { readable } from '../../src/store/mongodb/errors.js'
import { mongodbStore } from '../../src/store/mongodb/index.js'
import { StoreUnavailableError } from '../../src/store/store.js'
import { newDatabase, recorded, service } from './mongodb-database.js'

beforeEach(({ skip }) => skip(service.missing !== undefined, service.missing))

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

test.each(['EPIPE', 'ECONNRESET'])(
  'a command whose socket says %s did not reach MongoDB: it is unavailable',
  (code) => {
    const error = Object.assign(new Error('This socket has been ended by the other party'), { code })
    expect(readable(error)).toBeInstanceOf(StoreUnavailableError)
  },
)

test('a fault of ours is no outage', () => {
  expect(readable(Object.assign(new Error('bad'), { code: 'ERR_INVALID_ARG_TYPE' }))).not.toBeInstanceOf(
    StoreUnavailableError,
  )
})
