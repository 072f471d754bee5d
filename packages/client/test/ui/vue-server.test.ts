import { createPinia } from 'pinia'
import { expect, test } from 'vitest'
import { createSSRApp, defineComponent, h } from 'vue'
import { renderToString } from 'vue/server-renderer'
import { createMemoryHistory, createRouter, RouterView } from 'vue-router'
import { createClient } from '../../src/index.js'
import { defineAuthStore } from '../../src/ui/pinia.js'
import { authPlugin, useAuth, useClient } from '../../src/ui/vue.js'
import { guardRoutes } from '../../src/ui/vue-router.js'
import { useWorld } from '../support/world.js'

const world = useWorld()

/** One request: a client, a Pinia and a router of its own, as nothing of it is shared. */
async function render(username: string | undefined, pause: () => Promise<void>) {
  const { origin, api } = world.server
  // Fifty at once may take a while.
  const timeouts = { request: 60, lock: 90 }
  const client = createClient({ server: origin, origins: [api], transport: 'body', timeouts })
  if (username) await client.signIn({ username, password: 'right' })
  const useAuthStore = defineAuthStore(client)
  const Page = defineComponent(async () => {
    const { user } = useAuth()
    const store = useAuthStore()
    const inSetup = useClient()
    await pause()
    return () => h('p', [user.value?.username, store.user?.username, inSetup.user?.username].join(' '))
  })
  const pinia = createPinia()
  const router = createRouter({
    history: createMemoryHistory(),
    routes: [
      { path: '/', component: Page, meta: { auth: true } },
      { path: '/sign-in', component: { render: () => h('p', 'sign-in') } },
    ],
  })
  const app = createSSRApp({ render: () => h(RouterView) })
    .use(pinia)
    .use(router)
    .use(authPlugin, client)
  guardRoutes(router, client, { signIn: '/sign-in' })
  await router.push('/')
  const html = await renderToString(app)
  const token = username && (await client.token())
  client.destroy()
  return { html, state: JSON.stringify(pinia.state.value), token }
}

test('50 pages that are rendered at once each show their own person, and none holds a token', async () => {
  let release = () => {}
  let waiting = 0
  const all = new Promise<void>((resolve) => {
    release = resolve
  })
  const pause = () => {
    waiting++
    return all
  }
  // Every tenth has nobody signed in.
  const people = Array.from({ length: 50 }, (_, i) => (i % 10 === 9 ? undefined : `person${i}`))

  const rendering = people.map((username) => render(username, pause))
  await expect.poll(() => waiting, { timeout: 25_000 }).toBe(45)
  release()
  const pages = await Promise.all(rendering)

  expect(pages.map(({ html }) => html)).toEqual(
    people.map((name) => `<p>${name ? `${name} ${name} ${name}` : 'sign-in'}</p>`),
  )
  for (const { html, state, token } of pages) {
    expect(state).toBe(token ? '{"auth":{}}' : '{}')
    if (token) expect(html).not.toContain(token)
  }
})
