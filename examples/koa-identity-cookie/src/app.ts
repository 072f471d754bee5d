import Router from '@koa/router'
import type { Guard } from '@sessionward/guard'
import { type GuardState, protect } from '@sessionward/guard/koa'
import type { AuthServer } from '@sessionward/server'
import { mount } from '@sessionward/server/koa'
import Koa from 'koa'
import { accessTokenRoute } from './access-token.js'
import { business } from './business.js'

export interface AppParts {
  readonly auth: AuthServer
  readonly guard: Guard
}

/** The system itself: sign-in and its like under /auth, the old path for access tokens, and a business route. */
export function createApp({ auth, guard }: AppParts): Koa {
  const app = new Koa()
  app.use(mount(auth))

  const router = new Router<GuardState>()
  router.post('/access-token', accessTokenRoute(auth))
  router.get('/api/orders', protect(guard), (context) => {
    const { name } = context.state.auth.claims
    context.body = business.ok({ for: name, orders: ['Paper, A4', 'Ink, black'] })
  })
  app.use(router.routes())
  return app
}
