import { guardRoutes } from '@sessionward/client/vue-router'
import { createRouter, createWebHistory } from 'vue-router'
import { client } from './client'

export const router = createRouter({
  history: createWebHistory(),
  routes: [
    { path: '/sign-in', component: () => import('./SignIn.vue') },
    { path: '/unavailable', component: () => import('./Unavailable.vue') },
    {
      path: '/',
      name: 'office',
      component: () => import('./Office.vue'),
      meta: { auth: true },
      children: [
        { path: '', name: 'home', component: () => import('./Home.vue') },
        { path: 'orders/:id', component: () => import('./Order.vue') },
      ],
    },
    { path: '/:rest(.*)*', component: () => import('./NotFound.vue') },
  ],
})

const detach = guardRoutes(router, client, {
  signIn: '/sign-in',
  unavailable: '/unavailable',
  parent: 'office',
  routes: [{ path: 'admin', name: 'admin', component: () => import('./Admin.vue'), meta: { scope: 'admin' } }],
})

if (import.meta.hot) import.meta.hot.dispose(detach)
