import Router from '@koa/router'
import Koa from 'koa'
import { expectTypeOf } from 'vitest'
import { pageRoutes, protectPage } from '../../src/adapters/koa.js'
import type { PageGuard } from '../../src/page/page-guard.js'
import type { Principal } from '../../src/principal.js'
import { listenOn } from './listen.js'
import { pageRouteOptions as routes, testPages } from './page-conformance.js'

function appOf(pages: PageGuard, mounted: boolean): Koa {
  const app = new Koa()
  app.silent = true
  const router = new Router()
  router.get('/orders', protectPage(pages, routes['/orders']), (ctx) => {
    ctx.body = { subject: ctx.state.auth.subject }
  })
  router.post('/orders', protectPage(pages, routes['/orders']), async (ctx) => {
    let body = ''
    for await (const chunk of ctx.req) body += chunk
    ctx.body = Object.fromEntries(new URLSearchParams(body))
  })
  router.get('/admin', protectPage(pages, routes['/admin']), (ctx) => {
    ctx.body = ''
  })
  router.get('/public', protectPage(pages, routes['/public']), (ctx) => {
    const { auth, authError } = ctx.state
    expectTypeOf(auth).toEqualTypeOf<Principal | undefined>()
    ctx.body = { subject: auth?.subject ?? null, reason: authError?.code ?? null }
  })
  app.use((ctx, next) => {
    ctx.append('set-cookie', 'earlier=1')
    return next()
  })
  if (mounted) app.use(pageRoutes(pages))
  app.use(router.routes())
  return app
}

testPages('Koa 3', (pages, mounted) => listenOn(appOf(pages, mounted).callback()))
