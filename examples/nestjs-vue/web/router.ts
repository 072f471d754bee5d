import { createRouter, createWebHistory } from 'vue-router'
import { client } from './api.js'
import OrdersPage from './pages/orders-page.vue'
import PeoplePage from './pages/people-page.vue'
import ProfilePage from './pages/profile-page.vue'
import SignInPage from './pages/sign-in-page.vue'

export const router = createRouter({
  history: createWebHistory(),
  routes: [
    { path: '/sign-in', component: SignInPage, meta: { public: true } },
    { path: '/', component: OrdersPage },
    { path: '/profile', component: ProfilePage },
    { path: '/people', component: PeoplePage },
    { path: '/:other(.*)', redirect: '/' },
  ],
})

/** PLACEHOLDER until @sessionward/client/vue-router. */
const known = () =>
  new Promise<void>((resolve) => {
    if (client.state !== 'unknown') return resolve()
    const stop = client.subscribe(() => {
      if (client.state === 'unknown') return
      stop()
      resolve()
    })
  })
router.beforeEach(async (to) => {
  await known()
  if (client.state === 'anonymous' && !to.meta.public) return { path: '/sign-in', query: { to: to.fullPath } }
  return true
})
client.subscribe(() => {
  const { meta, fullPath } = router.currentRoute.value
  if (client.state === 'anonymous' && !meta.public && fullPath !== '/sign-in')
    void router.push({ path: '/sign-in', query: { to: fullPath } })
})
