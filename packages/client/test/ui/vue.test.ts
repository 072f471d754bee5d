import { expect, expectTypeOf, test, vi } from 'vitest'
import { createApp, defineComponent, h, nextTick, ref } from 'vue'
import type { Client } from '../../src/index.js'
import { authPlugin, useAuth, useClient, useClientState } from '../../src/ui/vue.js'
import { mountPlain } from '../support/vue-page.js'
import { ann, bob, calm, outcome, until, useWorld } from '../support/world.js'

const world = useWorld()

const Greeting = defineComponent(() => {
  const { status, user } = useAuth()
  return () => h('p', `${status.value} ${user.value?.username ?? '-'}`)
})

test('a component shows who is signed in, from the opening of the page to the sign-out', async () => {
  const { client } = world.open(calm)
  const page = mountPlain(Greeting, (app) => app.use(authPlugin, client))
  const seen = [page.text()]
  const note = () => nextTick(() => seen.push(page.text()))

  await until(() => client.state === 'anonymous')
  await note()
  await client.signIn(ann)
  await note()
  await client.signOut()
  await note()

  expect(seen).toEqual(['unknown -', 'signed-out -', 'signed-in ann', 'signed-out -'])
})

test('ten refreshes and an outage render none of 1,000 components; a sign-out renders each once', async () => {
  const { client } = await world.openSignedIn(calm)
  let renders = 0
  const Consumer = defineComponent(() => {
    const { user } = useAuth()
    return () => {
      renders++
      return h('i', String(user.value?.username))
    }
  })
  const subscribe = vi.spyOn(client, 'subscribe')
  mountPlain(
    () => Array.from({ length: 1000 }, () => h(Consumer)),
    (app) => app.use(authPlugin, client),
  )

  for (let round = 0; round < 10; round++) {
    world.server.expireAccessTokens()
    expect(await outcome(client.fetch(world.hello))).toBe('200')
    await nextTick()
  }
  world.server.script = () => ({ status: 503 })
  world.server.expireAccessTokens()
  expect(await outcome(client.fetch(world.hello))).toBe('RefreshUnavailableError')
  await nextTick()
  expect([renders, client.state, world.server.refreshes()]).toEqual([1000, 'degraded', 11])
  expect(subscribe.mock.calls.length).toBeLessThan(2)

  await outcome(client.signOut())
  await nextTick()
  expect(renders).toBe(2000)
})

test('typed text is kept through a refresh, an outage, and while the person must sign in again', async () => {
  const { client } = await world.openSignedIn({ ...calm, onReauth: () => {} })
  let setups = 0
  const Form = defineComponent(() => {
    setups++
    const written = ref('half a letter')
    return () => h('p', written.value)
  })
  const Page = defineComponent(() => {
    const { status, key } = useAuth()
    return () => (status.value === 'unknown' ? h('p', 'loading') : h(Form, { key: key.value }))
  })
  const page = mountPlain(Page, (app) => app.use(authPlugin, client))

  world.server.expireAccessTokens()
  await client.fetch(world.hello)
  world.server.end(client.session!.id, 'session_expired')
  world.server.expireAccessTokens()
  const waiting = outcome(client.fetch(world.hello))
  await until(() => client.state === 'reauth')
  await nextTick()
  await client.signIn(ann)
  await nextTick()

  expect(await waiting).toBe('200')
  expect([page.text(), setups]).toEqual(['half a letter', 1])
})

test('useClientState returns the state of the client', async () => {
  const { client } = await world.openSignedIn(calm)
  const seen: string[] = []
  const Light = defineComponent(() => {
    const state = useClientState()
    return () => {
      seen.push(state.value)
      return h('i')
    }
  })
  mountPlain(Light, (app) => app.use(authPlugin, client))

  world.server.script = () => ({ status: 503 })
  world.server.expireAccessTokens()
  await outcome(client.fetch(world.hello))
  await nextTick()

  expect(seen).toEqual(['active', 'refreshing', 'degraded'])
})

test('with `key` and onSubjectChange, component state of one person is not shown to the next', async () => {
  const { client } = await world.openSignedIn(calm)
  const cache = new Map<string, string>()
  const Letter = defineComponent(() => {
    const { user } = useAuth()
    if (!cache.has('letter')) cache.set('letter', `of ${user.value?.username}`)
    const text = cache.get('letter')
    return () => h('p', text)
  })
  const Page = defineComponent(() => {
    const { key } = useAuth()
    return () => h(Letter, { key: key.value })
  })
  const changes: unknown[] = []
  const onSubjectChange = (change: object) => {
    changes.push(change)
    cache.clear()
  }
  const page = mountPlain(Page, (app) => app.use(authPlugin, { client, onSubjectChange }))

  await world.open(calm).client.signIn(bob)
  await until(() => client.user?.username === 'bob')
  await nextTick()
  const switched = page.text()
  world.server.end(client.session!.id, 'session_revoked')
  world.server.expireAccessTokens()
  await outcome(client.fetch(world.hello))
  await nextTick()
  await client.signIn(ann)
  await nextTick()

  expect([switched, page.text()]).toEqual(['of bob', 'of ann'])
  const [a, b] = [{ username: 'ann' }, { username: 'bob' }]
  expect(changes).toEqual([
    { from: a, to: b },
    { from: b, to: undefined },
  ])
})

test('a request in the first tick waits for the session, and a page that wakes shows the current person', async () => {
  const first = await world.openSignedIn(calm)
  const tab = world.open(calm)
  const page = mountPlain(Greeting, (app) => app.use(authPlugin, tab.client))
  expect(await outcome(tab.client.fetch(world.hello))).toBe('200')
  tab.frozen = true
  await first.client.signIn(bob)

  tab.frozen = false
  tab.wake()
  await until(() => tab.client.user?.username === 'bob')
  await nextTick()

  expect(page.text()).toBe('signed-in bob')
})

test('onSubjectChange is not called after the app has unmounted', async () => {
  const { client } = await world.openSignedIn(calm)
  const onSubjectChange = vi.fn()
  const { app } = mountPlain(Greeting, (app) => app.use(authPlugin, { client, onSubjectChange }))

  app.unmount()
  await client.signOut()

  expect(onSubjectChange).not.toHaveBeenCalled()
})

test('the scope is that of the access token, and follows its changes', async () => {
  world.server.scopes.set('ann', 'orders admin')
  const { client } = await world.openSignedIn(calm)
  const { scope, user } = useAuth(client)
  const [before, userBefore] = [scope.value, user.value]

  world.server.scopes.set('ann', 'orders')
  world.server.expireAccessTokens()
  await client.fetch(world.hello)

  expect([before, scope.value]).toEqual([['orders', 'admin'], ['orders']])
  expect(user.value).toBe(userBefore)
})

test('in a module, useAuth takes the client, and has its types', async () => {
  interface Person {
    readonly nickname: string
  }
  const { client } = await world.openSignedIn(calm)
  const typed = client as unknown as Client<Person, { readonly phone: string }>

  const { user, signIn, status } = useAuth(typed)

  expectTypeOf(user.value).toEqualTypeOf<Person | undefined>()
  expectTypeOf(signIn<{ phone: string }>)
    .parameter(0)
    .toEqualTypeOf<{ phone: string }>()
  expect(status.value).toBe('signed-in')
  createApp({}).use(authPlugin, typed)
  createApp({}).use(authPlugin, { client: typed, onSubjectChange: () => {} })
})

test('the refs cannot be written', async () => {
  const { client } = await world.openSignedIn(calm)
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
  const { user } = useAuth(client)

  ;(user as { value: unknown }).value = { username: 'bob' }

  expect(user.value).toEqual({ username: 'ann' })
  warn.mockRestore()
})

test.each([
  ['useAuth', useAuth],
  ['useClientState', useClientState],
  ['useClient', useClient],
])('%s says what is missing: the plugin, or a place in a component', (name, use) => {
  let thrown: unknown
  const Broken = defineComponent(() => {
    try {
      use()
    } catch (error) {
      thrown = error
    }
    return () => null
  })
  mountPlain(Broken, () => {})

  expect(String(thrown)).toBe(
    `TypeError: ${name}: the app has no client. Write \`app.use(authPlugin, client)\` before it mounts.`,
  )
  expect(() => use()).toThrow(`${name}: call it in \`setup\``)
})

test('useClient returns the client of the app, also in app.runWithContext', async () => {
  const { client } = await world.openSignedIn(calm)
  const app = createApp({}).use(authPlugin, client)

  expect(app.runWithContext(() => useClient())).toBe(client)
})

test('the plugin rejects a value that is not a client, and unknown options', async () => {
  const { client } = await world.openSignedIn(calm)
  const install = (options: unknown) => () => createApp({}).use(authPlugin, options as typeof client)

  expect(install({})).toThrow('authPlugin: expected what `createClient` returned, or `{ client, onSubjectChange }`.')
  expect(install(undefined)).toThrow('authPlugin: expected what `createClient` returned')
  expect(install({ client, onSubjectChanged: () => {} })).toThrow(
    'authPlugin: unknown option `onSubjectChanged`; did you mean `onSubjectChange`?',
  )
  expect(install({ client, onSubjectChange: 1 })).toThrow('authPlugin: `onSubjectChange` must be a function.')
})
