import { guardRoutes } from '@sessionward/client/vue-router'
import { createRouter, createWebHistory } from 'vue-router'
import { client } from './api.js'
import OrdersPage from './pages/orders-page.vue'
import PeoplePage from './pages/people-page.vue'
import ProfilePage from './pages/profile-page.vue'
import SignInPage from './pages/sign-in-page.vue'

export const router = createRouter({
  history: createWebHistory(),
  scrollBehavior: (_to, _from, saved) => saved ?? { top: 0 }, // where it says why a session has ended
  routes: [
    { path: '/sign-in', component: SignInPage },
    { path: '/', component: OrdersPage, meta: { auth: true } },
    { path: '/profile', component: ProfilePage, meta: { auth: true } },
    { path: '/:other(.*)', redirect: '/' },
  ],
})

guardRoutes(router, client, {
  signIn: '/sign-in',
  routes: [{ path: '/people', component: PeoplePage, meta: { scope: 'admin' } }], // there for administrators alone
})
