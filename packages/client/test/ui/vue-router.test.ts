import { afterEach, describe, expect, test } from 'vitest'
import { createMemoryHistory, createRouter, type RouteRecordRaw, type Router } from 'vue-router'
import { type GuardRoutesOptions, guardRoutes } from '../../src/ui/vue-router.js'
import type { TestTab } from '../support/browser.js'
import { ann, bob, calm, outcome, until, useWorld } from '../support/world.js'

const world = useWorld()
const detaches: (() => void)[] = []
afterEach(() => {
  for (const detach of detaches.splice(0)) detach()
})

const component = { render: () => null }
const admin: RouteRecordRaw = { path: '/admin', name: 'admin', component, meta: { scope: 'admin' } }

function openRouter({ client }: TestTab, options: Partial<GuardRoutesOptions> = {}): Router {
  const router = createRouter({
    history: createMemoryHistory(),
    routes: [
      { path: '/', component },
      { path: '/sign-in', component },
      { path: '/sorry', component },
      { path: '/welcome', component, meta: { optional: true } },
      { path: '/orders/:id?', component, meta: { auth: true } },
      {
        path: '/office',
        name: 'office',
        component,
        meta: { scope: ['staff'] },
        children: [
          { path: 'desk', component },
          { path: 'safe', component, meta: { scope: 'vault' } },
        ],
      },
      { path: '/:rest(.*)*', name: 'not-found', component },
    ],
  })
  detaches.push(guardRoutes(router, client, { signIn: '/sign-in', routes: [admin], ...options }))
  return router
}

const at = (router: Router) => router.currentRoute.value.fullPath

async function end({ client }: TestTab, reason = 'session_revoked'): Promise<void> {
  world.server.end(client.session!.id, reason)
  world.server.expireAccessTokens()
  await outcome(client.fetch(world.hello))
}

describe('opening a page', () => {
  test('waits for the session, and then shows the requested route to any person', async () => {
    const first = await world.openSignedIn(calm)
    first.client.destroy()
    let release = () => {}
    const held = new Promise<void>((resolve) => {
      release = resolve
    })
    world.server.script = async () => {
      await held
      return undefined
    }

    const router = openRouter(world.open(calm))
    const opened = router.push('/orders/17?page=2#total')
    await new Promise((resolve) => setTimeout(resolve, 100))
    const before = router.currentRoute.value.matched.length
    release()
    await opened

    expect([before, at(router)]).toEqual([0, '/orders/17?page=2#total'])
  })

  test('redirects to sign-in if nobody is signed in, and from there to the requested route', async () => {
    const tab = world.open(calm)
    const router = openRouter(tab)

    await router.push('/orders/17?page=2#total')
    const before = at(router)
    await tab.client.signIn(ann)
    await until(() => at(router) !== before)

    expect(before).toBe('/sign-in?return_to=/orders/17?page=2%23total')
    expect(at(router)).toBe('/orders/17?page=2#total')
  })

  test('does not wait for a public route', async () => {
    world.server.script = () => ({ hang: true })
    const router = openRouter(world.open(calm))

    await router.push('/')

    expect(at(router)).toBe('/')
  })

  test('waits before an optional route too, and then opens it for everybody', async () => {
    const tab = world.open(calm)
    const router = openRouter(tab)

    await router.push('/welcome')

    expect([at(router), tab.client.state]).toEqual(['/welcome', 'anonymous'])
  })

  test.each(['/orders', '/office/desk', '/admin'])(
    'does not open %s while the auth server is down, and does so by itself when it is back',
    async (path) => {
      world.server.scopes.set('ann', 'staff admin')
      const first = await world.openSignedIn(calm)
      first.client.destroy()
      world.server.script = () => ({ status: 503 })
      const tab = world.open(calm)
      const router = openRouter(tab, { patience: 0.2, unavailable: '/sorry' })
      await until(() => tab.client.state === 'degraded')

      await router.push(path)
      const before = at(router)
      await router.push('/')
      await router.push(path)
      const again = at(router)
      world.server.script = undefined
      tab.pass(40_000)
      await until(() => at(router) === path)

      expect([before, again]).toEqual([`/sorry?return_to=${path}`, `/sorry?return_to=${path}`])
    },
  )

  test('goes from the outage page to sign-in once it is known that nobody is signed in', async () => {
    world.server.script = () => ({ status: 503 })
    const tab = world.open(calm)
    const router = openRouter(tab, { patience: 0.1, unavailable: '/sorry' })
    await router.push('/orders')

    world.server.script = undefined
    tab.pass(40_000)
    await until(() => at(router) !== '/sorry?return_to=/orders')

    expect(at(router)).toBe('/sign-in?return_to=/orders')
  })

  test('opens an optional route during an outage too', async () => {
    world.server.script = () => ({ status: 503 })
    const router = openRouter(world.open(calm), { patience: 0.1 })

    await router.push('/welcome')

    expect(at(router)).toBe('/welcome')
  })
})

describe('the way back', () => {
  test.each(['https://evil.test/', '//evil.test', '/\\evil.test', 'javascript:alert(1)', '', 'orders'])(
    'from sign-in leads home where it is %s',
    async (value) => {
      const tab = world.open(calm)
      const router = openRouter(tab, { home: '/welcome' })
      await router.push({ path: '/sign-in', query: { return_to: value } })

      await tab.client.signIn(ann)
      await until(() => router.currentRoute.value.path !== '/sign-in')

      expect(at(router)).toBe('/welcome')
    },
  )

  test('keeps letters of every language', async () => {
    const tab = world.open(calm)
    const router = openRouter(tab)
    await router.push('/orders/订单?q=茶 水')

    await tab.client.signIn(ann)
    await until(() => router.currentRoute.value.path !== '/sign-in')

    expect([router.currentRoute.value.params.id, router.currentRoute.value.query.q]).toEqual(['订单', '茶 水'])
  })

  test('does not lead to a page of the person who was signed in before', async () => {
    const tab = await world.openSignedIn(calm)
    const router = openRouter(tab, { home: '/welcome' })
    await router.push('/orders/17')
    await end(tab)
    await until(() => router.currentRoute.value.path === '/sign-in')

    await tab.client.signIn(bob)
    await until(() => router.currentRoute.value.path !== '/sign-in')

    expect(at(router)).toBe('/welcome')
  })
})

describe('an end', () => {
  test('leaves a guarded page, to which the same person returns', async () => {
    const tab = await world.openSignedIn(calm)
    const router = openRouter(tab)
    await router.push('/orders/17')

    await end(tab)
    await until(() => router.currentRoute.value.path === '/sign-in')
    await tab.client.signIn(ann)
    await until(() => router.currentRoute.value.path !== '/sign-in')

    expect(at(router)).toBe('/orders/17')
  })

  test('by a sign-out leads to sign-in, with no way back', async () => {
    const tab = await world.openSignedIn(calm)
    const router = openRouter(tab)
    await router.push('/orders/17')

    await tab.client.signOut()
    await until(() => router.currentRoute.value.path === '/sign-in')

    expect(at(router)).toBe('/sign-in')
  })

  test('does not leave a public page', async () => {
    const tab = await world.openSignedIn(calm)
    const router = openRouter(tab)
    await router.push('/welcome')

    await end(tab)

    expect(at(router)).toBe('/welcome')
  })

  test('that happens while a guarded page is loading does not open it', async () => {
    const tab = await world.openSignedIn(calm)
    const router = openRouter(tab)
    router.addRoute({
      path: '/slow',
      meta: { auth: true },
      component: async () => {
        await tab.client.signOut()
        return component
      },
    })

    await router.push('/slow')

    expect(router.currentRoute.value.path).toBe('/sign-in')
  })

  test('after which the person may sign in again does not leave the page', async () => {
    const tab = await world.openSignedIn({ ...calm, onReauth: () => {} })
    const router = openRouter(tab)
    await router.push('/orders/17')
    world.server.end(tab.client.session!.id, 'session_expired')
    world.server.expireAccessTokens()
    const waiting = outcome(tab.client.fetch(world.hello))
    await until(() => tab.client.state === 'reauth')
    const during = at(router)

    await tab.client.signIn(ann)

    expect([during, at(router), await waiting]).toEqual(['/orders/17', '/orders/17', '200'])
  })
})

describe('scope', () => {
  test('opens a route if the access token has it, and otherwise redirects to home', async () => {
    world.server.scopes.set('ann', 'staff orders')
    const router = openRouter(await world.openSignedIn(calm), { home: '/welcome' })

    await router.push('/office/desk')
    const desk = at(router)
    await router.push('/office/safe')

    expect([desk, at(router)]).toEqual(['/office/desk', '/welcome'])
  })

  test('redirects to the forbidden page, if there is one', async () => {
    const router = openRouter(await world.openSignedIn(calm), { forbidden: '/sorry' })

    await router.push('/office')

    expect(at(router)).toBe('/sorry')
  })

  test('redirects to sign-in, and not in a loop, if home is forbidden too', async () => {
    const router = openRouter(await world.openSignedIn(calm), { home: '/office' })

    await router.push('/office/safe')

    expect(at(router)).toBe('/sign-in')
  })

  test('can be read from the user', async () => {
    const scopeOf = ({ username }: { readonly username?: unknown }) => (username === 'ann' ? 'staff' : [])
    const router = openRouter(await world.openSignedIn(calm), { scopeOf })

    await router.push('/office')

    expect(at(router)).toBe('/office')
  })

  test('that is removed closes the current page at once', async () => {
    world.server.scopes.set('ann', 'admin')
    const tab = await world.openSignedIn(calm)
    const router = openRouter(tab, { forbidden: '/sorry' })
    await router.push('/admin')
    const before = at(router)

    world.server.scopes.set('ann', '')
    world.server.expireAccessTokens()
    await tab.client.fetch(world.hello)
    await until(() => at(router) !== '/admin')
    await router.push('/admin')

    expect([before, router.hasRoute('admin')]).toEqual(['/admin', false])
    expect(router.currentRoute.value.name).toBe('not-found')
  })
})

describe('routes by scope', () => {
  test('of one person are removed for the next, also for a typed address', async () => {
    world.server.scopes.set('ann', 'admin')
    const tab = await world.openSignedIn(calm)
    const router = openRouter(tab)
    await router.push('/admin')
    const first = [at(router), router.hasRoute('admin')]
    await end(tab)
    await until(() => router.currentRoute.value.path === '/sign-in')

    await tab.client.signIn(bob)
    await until(() => router.currentRoute.value.path === '/')
    await router.push('/admin')
    const second = [router.currentRoute.value.name, router.hasRoute('admin')]
    tab.client.destroy()
    const reloaded = openRouter(world.open(calm))
    await reloaded.push('/admin')

    expect(first).toEqual(['/admin', true])
    expect(second).toEqual(['not-found', false])
    expect(reloaded.currentRoute.value.name).toBe('not-found')
  })

  test('of the next person are added without a reload when another tab signs them in', async () => {
    world.server.scopes.set('bob', 'admin')
    const tab = await world.openSignedIn(calm)
    const router = openRouter(tab)
    await router.push('/orders/17')
    const before = router.hasRoute('admin')

    await world.open(calm).client.signIn(bob)
    await until(() => tab.client.user?.username === 'bob')
    await router.push('/admin')

    expect([before, router.hasRoute('admin'), at(router)]).toEqual([false, true, '/admin'])
  })

  test('redirect to sign-in, not to "not found", if nobody is signed in', async () => {
    world.server.scopes.set('ann', 'admin')
    const tab = world.open(calm)
    const router = openRouter(tab)
    await router.push('/admin')
    const before = at(router)

    await tab.client.signIn(ann)
    await until(() => router.currentRoute.value.path !== '/sign-in')

    expect([before, at(router)]).toEqual(['/sign-in?return_to=/admin', '/admin'])
  })

  test('can be the children of another route', async () => {
    world.server.scopes.set('ann', 'staff admin')
    const router = openRouter(await world.openSignedIn(calm), {
      parent: 'office',
      routes: [{ ...admin, path: 'people' }],
    })

    await router.push('/office/people')

    expect(router.currentRoute.value.matched.map(({ name }) => name)).toEqual(['office', 'admin'])
  })
})

test('guarding a router again replaces the options; detaching opens it and removes the routes', async () => {
  const tab = world.open(calm)
  const router = openRouter(tab)
  const detach = guardRoutes(router, tab.client, { signIn: '/sorry' })
  await router.push('/orders')
  const guarded = at(router)

  detach()
  await router.push('/orders')

  expect([guarded, at(router), router.hasRoute('admin')]).toEqual(['/sorry?return_to=/orders', '/orders', false])
})

test('on a server the guard does not wait', async () => {
  const router = openRouter(world.open(calm, { page: undefined }))

  await router.push('/orders')

  expect(at(router)).toBe('/sign-in?return_to=/orders')
})

test.each([
  [{ signin: '/x' }, 'unknown option `signin`; did you mean `signIn`?'],
  [{}, '`signIn` must be the page of sign-in, such as `/sign-in`.'],
  [{ signIn: '/s', home: 'https://e.test' }, '`home` must be a path such as `/`.'],
  [{ signIn: '/s', routes: [{ path: '/a', component }] }, '`routes[0].meta.scope` must be what the route needs'],
  [{ signIn: '/s', parent: 'nobody' }, '`parent` must be the name of a route.'],
  [{ signIn: '/s', scopeOf: 'admin' }, '`scopeOf` must be a function.'],
  [{ signIn: '/s', patience: -1 }, '`patience` must be seconds, less than 86400.'],
])('refuses %o', (options, message) => {
  const { client } = world.open(calm)
  const router = createRouter({ history: createMemoryHistory(), routes: [] })

  expect(() => guardRoutes(router, client, options as unknown as GuardRoutesOptions)).toThrow(`guardRoutes: ${message}`)
})

test('a page that cannot be loaded after a guarded one is left is reported to the router only', async () => {
  const tab = await world.openSignedIn(calm)
  const broken = new Error('the page cannot be loaded')
  const router = createRouter({
    history: createMemoryHistory(),
    routes: [
      { path: '/', component, meta: { auth: true } },
      { path: '/sign-in', component: () => Promise.reject(broken) },
    ],
  })
  detaches.push(guardRoutes(router, tab.client, { signIn: '/sign-in' }))
  await router.push('/')
  const reported: unknown[] = []
  router.onError((error) => reported.push(error))

  await end(tab)

  await until(() => reported.length > 0)
  expect(reported).toEqual([broken])
})
