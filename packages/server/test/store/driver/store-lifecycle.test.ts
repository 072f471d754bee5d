import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { prepareOnce } from '../../../src/store/driver/prepare-once.js'
import { createDriverStore, type Driver } from '../../../src/store/driver/store-lifecycle.js'
import { memoryStore } from '../../../src/store/memory/index.js'
import { type Schema, type Store, StoreUnavailableError } from '../../../src/store/store.js'

const key = 'a key'

/** A driver that is prepared, on the verbs of a memory store. */
function storeOf(given: Partial<Driver> = {}): Store {
  const preparation = prepareOnce(async () => {})
  return createDriverStore({ ...memoryStore(), database: 'Database', timeout: 5, preparation, ...given })
}

const never = () => new Promise<never>(() => {})
const noSchema: Schema = { pending: async () => [], migrate: async () => [] }

describe('preparation', () => {
  it('is awaited by the first calls, which share one attempt', async () => {
    const prepare = vi.fn(async () => {})
    const store = storeOf({ preparation: prepareOnce(prepare) })

    await Promise.all([store.now(), store.keys.list(), store.counters.add(key, 1, 60)])
    await store.now()

    expect(prepare).toHaveBeenCalledTimes(1)
  })

  it('that fails rejects the calls that waited for it, and the next call tries again', async () => {
    const prepare = vi.fn(async () => {})
    prepare.mockRejectedValueOnce(new Error('too old'))
    const store = storeOf({ preparation: prepareOnce(prepare) })

    const first = await Promise.allSettled([store.now(), store.keys.list()])

    expect(first.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    await expect(store.keys.list()).resolves.toEqual([])
  })

  it('does not see what the caller does meanwhile to what it passed in', async () => {
    const store = storeOf()
    const event = { id: '1', type: 'any', at: 1, tenant: '', subject: 'ann', sid: null, detail: { count: 1 } }

    const appended = store.events.append(event)
    event.detail.count = 2
    await appended

    expect(await store.events.list({ limit: 1 })).toEqual([{ ...event, detail: { count: 1 } }])
  })

  it('is not needed by the verbs of the schema, which prepare', async () => {
    const preparation = prepareOnce(() => Promise.reject(new Error('the schema is behind')))
    const store = storeOf({ preparation, schema: noSchema })

    await expect(store.schema!.migrate()).resolves.toEqual([])
    await expect(store.now()).rejects.toThrow('the schema is behind')
  })
})

describe('time limits', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  it.each([
    ['a call', 5, (store: Store) => store.keys.list()],
    ['a call that deletes in batches', 30, (store: Store) => store.keys.deleteRetired(0)],
    ['a migration', 3600, (store: Store) => store.schema!.migrate()],
  ])('%s without an answer is rejected after %i seconds, and not before', async (_, seconds, call) => {
    const keys = { ...memoryStore().keys, list: never, deleteRetired: never }
    const store = storeOf({ keys, schema: { ...noSchema, migrate: never }, sweepTimeout: 30 })
    const settled = vi.fn()
    call(store).then(settled, settled)

    await vi.advanceTimersByTimeAsync(seconds * 1000 - 1)
    expect(settled).not.toHaveBeenCalled()
    await vi.advanceTimersByTimeAsync(1)

    expect(settled).toHaveBeenCalledWith(new StoreUnavailableError(`Database did not answer within ${seconds} s`))
  })

  it('include the preparation', async () => {
    const rejected = expect(storeOf({ preparation: prepareOnce(never) }).now()).rejects.toThrow(StoreUnavailableError)

    await vi.advanceTimersByTimeAsync(5000)

    await rejected
  })
})

describe('close', () => {
  it('resolves when the calls that were under way have settled, those that wait for the preparation too', async () => {
    let prepared = () => {}
    const store = storeOf({ preparation: prepareOnce(() => new Promise((resolve) => (prepared = resolve))) })
    const settled: string[] = []
    const call = store.now().then(() => settled.push('call'))
    const closed = store.close().then(() => settled.push('close'))

    await new Promise(setImmediate)
    expect(settled).toEqual([])
    prepared()
    await Promise.all([call, closed])

    expect(settled).toEqual(['call', 'close'])
  })

  it('makes every later call reject, those of the schema too', async () => {
    const store = storeOf({ schema: noSchema })
    await store.close()

    for (const call of [store.now(), store.keys.list(), store.schema!.pending()])
      await expect(call).rejects.toEqual(new StoreUnavailableError('the store is closed'))
  })

  it('closes what the driver has opened once, however often it is called', async () => {
    const close = vi.fn()
    const store = storeOf({ close })

    await Promise.all([store.close(), store.close()])
    await store.close()

    expect(close).toHaveBeenCalledTimes(1)
  })
})
