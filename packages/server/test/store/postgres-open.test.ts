import { beforeEach, expect, test } from 'vitest'
import { openStore, pendingSteps } from '../../src/store/open.js'
import { freshDatabase, serviceFor } from '../harness/services.js'

const postgres = await serviceFor('postgres')
beforeEach(({ skip }) => skip(postgres.missing !== undefined, postgres.missing))

test('a store that was opened by its URL may be closed twice, as any other', async () => {
  const store = await openStore(await freshDatabase('postgres'))
  await store.now()

  await Promise.all([store.close(), store.close()])

  await expect(store.close()).resolves.toBeUndefined()
  await expect(store.now()).rejects.toThrow('the store is closed')
})

test('a schema that is named has tables of its own', async () => {
  const url = await freshDatabase('postgres')
  const store = await openStore(url, { schema: 'auth' })
  await store.now()
  await store.close()

  expect(await pendingSteps(url, { schema: 'auth' })).toEqual([])
  expect(await pendingSteps(url)).toHaveLength(2)
})
