import Router from '@koa/router'
import { protect } from '@sessionward/guard/koa'
import Koa from 'koa'

export function createApp(guard) {
  const router = new Router()
  router.get('/prices', (ctx) => {
    ctx.body = { apples: 3 }
  })
  router.get('/orders', protect(guard, { scope: 'orders' }), (ctx) => {
    ctx.body = { of: ctx.state.auth.subject }
  })
  return new Koa().use(router.routes())
}
