import { acceptHMRUpdate, createPinia, type Pinia, setActivePinia, storeToRefs } from 'pinia'
import { createPersistedState } from 'pinia-plugin-persistedstate'
import { afterEach, expect, expectTypeOf, test } from 'vitest'
import { createApp } from 'vue'
import type { Client } from '../../src/index.js'
import { defineAuthStore } from '../../src/ui/pinia.js'
import { ann, calm, outcome, until, useWorld } from '../support/world.js'

const world = useWorld()
afterEach(() => setActivePinia(undefined))

function openPinia(...plugins: Parameters<Pinia['use']>[0][]): Pinia {
  const pinia = createPinia()
  for (const plugin of plugins) pinia.use(plugin)
  createApp({}).use(pinia)
  return pinia
}

test('the store shows who is signed in, and signs in and out', async () => {
  const { client } = world.open(calm)
  const useAuthStore = defineAuthStore(client)
  const pinia = openPinia()
  const store = useAuthStore(pinia)
  const { user, status } = storeToRefs(store)
  const seen = [status.value]

  await store.signIn(ann)
  seen.push(status.value)
  expect([user.value, store.key, store.scope]).toEqual([{ username: 'ann' }, 'ann', []])
  await store.signOut()
  seen.push(status.value)

  expect(seen).toEqual(['unknown', 'signed-in', 'signed-out'])
  expect([user.value, store.reason]).toEqual([undefined, 'signed_out'])
})

test('the client needs no store: it works before there is a Pinia, and the store then knows', async () => {
  const { client } = world.open(calm)
  const useAuthStore = defineAuthStore(client)

  await client.signIn(ann)
  expect(await outcome(client.fetch(world.hello))).toBe('200')
  const pinia = openPinia()

  expect(useAuthStore(pinia).user).toEqual({ username: 'ann' })
})

test('a store that is used before Pinia is installed throws what to do, and works afterwards', async () => {
  const { client } = await world.openSignedIn(calm)
  const useAuthStore = defineAuthStore(client)

  expect(() => useAuthStore()).toThrow(
    'The store `auth` was used before `app.use(pinia)`. Use it in `setup` or later, or give it the Pinia: `useAuthStore(pinia)`.',
  )

  const pinia = createPinia()
  expect(useAuthStore(pinia).user).toEqual({ username: 'ann' })
})

test('a plugin that persists every store writes neither a token nor the person, and brings nobody back', async () => {
  const disk = new Map<string, string>([['auth', '{"status":"signed-in","user":{"username":"bob"}}']])
  const storage = {
    getItem: (key: string) => disk.get(key) ?? null,
    setItem: (key: string, value: string) => void disk.set(key, value),
  }
  const { client } = world.open({ ...calm, transport: 'body' })
  const useAuthStore = defineAuthStore(client)
  const pinia = openPinia(createPersistedState({ auto: true, storage }))
  const store = useAuthStore(pinia)
  const restored = [store.status, store.user]

  await store.signIn(ann)
  world.server.expireAccessTokens()
  await client.fetch(world.hello)
  store.$persist()

  expect(restored).toEqual(['unknown', undefined])
  expect(store.user).toEqual({ username: 'ann' })
  const token = await client.token()
  for (const written of [JSON.stringify(pinia.state.value), ...disk.values()]) {
    expect(written).not.toContain(token)
    expect(written).not.toMatch(/refresh|ann|jti/)
  }
})

test('hot reload of the module of the store leaves one client, one refresh, and a store that goes on', async () => {
  const { client } = await world.openSignedIn(calm)
  const useAuthStore = defineAuthStore(client)
  const pinia = openPinia()
  const store = useAuthStore(pinia)
  const hot = { data: {}, invalidate: () => expect.unreachable('the module was given up') }
  const accept = acceptHMRUpdate(useAuthStore, hot)

  for (let round = 0; round < 5; round++) accept({ useAuthStore: defineAuthStore(client) })
  world.server.expireAccessTokens()
  const answers = await Promise.all(Array.from({ length: 10 }, () => outcome(client.fetch(world.hello))))

  expect(new Set(answers)).toEqual(new Set(['200']))
  expect(world.server.refreshes()).toBe(1)
  await store.signOut()
  expect([store.status, useAuthStore(pinia).status]).toEqual(['signed-out', 'signed-out'])
})

test('two clients have two stores, by their names', async () => {
  const first = await world.openSignedIn(calm)
  const second = world.open({ ...calm, clientId: 'back-office', transport: 'body' })
  const pinia = openPinia()
  const useBackOffice = defineAuthStore(second.client, { id: 'back-office-auth' })

  await until(() => second.client.state === 'anonymous')

  expect(defineAuthStore(first.client)(pinia).status).toBe('signed-in')
  expect(useBackOffice(pinia).status).toBe('signed-out')
  expectTypeOf(useBackOffice.$id).toEqualTypeOf<'back-office-auth'>()
})

test('the store has the types of the client', () => {
  interface Person {
    readonly nickname: string
  }
  type UseStore = ReturnType<typeof defineAuthStore<Person, { readonly phone: string }>>
  type Store = ReturnType<UseStore>

  expectTypeOf<Store['user']>().toEqualTypeOf<Person | undefined>()
  expectTypeOf<Store['status']>().toEqualTypeOf<'unknown' | 'signed-in' | 'reauth' | 'signed-out'>()
  expectTypeOf<Store['signIn']>().returns.toEqualTypeOf<Promise<Person>>()
})

test('options it does not know are refused', async () => {
  const client = {} as Client

  expect(() => defineAuthStore(client, { ID: 'x' } as object)).toThrow(
    'defineAuthStore: unknown option `ID`; did you mean `id`?',
  )
  expect(() => defineAuthStore(client, { id: '' as 'auth' })).toThrow('defineAuthStore: `id` must be a name.')
})
