import Router from '@koa/router'
import Koa from 'koa'
import { expect, test } from 'vitest'
import { protect } from '../../src/adapters/koa.js'
import type { Guard } from '../../src/guard.js'
import { makeGuard, makeKey, signToken } from '../issuer.js'
import { earlier, routes, testAdapter } from './conformance.js'
import { listenOn } from './listen.js'

/** An app whose errors are not printed. */
function quiet() {
  const app = new Koa()
  app.silent = true
  return app
}

/** The routes of the conformance list. */
function appOf(guard: Guard) {
  const router = new Router()
  // Below a prefix and a router, where `ctx.path` is not the whole path.
  router.all('/orders', protect(guard, routes['/orders']), (ctx) => {
    ctx.body = { subject: ctx.state.auth.subject }
  })
  router.post('/echo', protect(guard, routes['/echo']), (ctx) => {
    ctx.body = ctx.req
    ctx.type = 'text'
  })
  router.get('/admin', protect(guard, routes['/admin']), (ctx) => {
    ctx.body = ''
  })
  router.get('/strict', protect(guard, routes['/strict']), (ctx) => {
    ctx.body = 'strict'
  })
  router.get('/recent', protect(guard, routes['/recent']), (ctx) => {
    ctx.body = 'recent'
  })
  router.get('/public', protect(guard, routes['/public']), (ctx) => {
    ctx.body = { subject: ctx.state.auth?.subject ?? null, reason: ctx.state.authError?.code ?? null }
  })
  router.all('/elsewhere', protect(guard, routes['/elsewhere']), (ctx) => {
    ctx.body = { subject: ctx.state.auth.subject }
  })
  router.get('/broken', protect(guard, routes['/broken']), () => {
    throw new Error('broken')
  })
  return quiet()
    .use(async (ctx, next) => {
      ctx.set(earlier)
      if (ctx.method === 'OPTIONS' && ctx.path.startsWith('/cors')) ctx.status = 204
      else await next()
    })
    .use(router.routes())
}

testAdapter('Koa 3', (guard) => listenOn(appOf(guard).callback()))

const key = makeKey('ES256', 'key')
const bearer = { authorization: `Bearer ${signToken(key)}` }

async function ask(app: Pick<Koa, 'callback'>, path: string, headers: Record<string, string> = {}) {
  const { url, close } = await listenOn(app.callback())
  try {
    const response = await fetch(url + path, { headers })
    return { status: response.status, headers: response.headers, body: await response.text() }
  } finally {
    close()
  }
}

test('an error middleware in front can make a refusal JSON of its own, and the challenge stays', async () => {
  const app = quiet()
  app.use(async (ctx, next) => {
    await next()
    if (ctx.status < 400) return
    ctx.type = 'json'
    ctx.body = { ok: false, why: ctx.state.authError?.code }
  })
  app.use(protect(makeGuard({ keys: key.jwk })))
  const answer = await ask(app, '/')
  expect([answer.status, JSON.parse(answer.body)]).toEqual([401, { ok: false, why: 'access_token_missing' }])
  expect(answer.headers.get('www-authenticate')).toBe('Bearer')
  expect(answer.headers.get('content-type')).toMatch(/^application\/json/)
})

test('a page that does not exist stays 404 where the guard is on routes', async () => {
  const router = new Router()
  router.get('/orders', protect(makeGuard({ keys: key.jwk })), (ctx) => {
    ctx.body = 'orders'
  })
  const app = quiet().use(router.routes()).use(router.allowedMethods())
  expect((await ask(app, '/none')).status).toBe(404)
  expect((await ask(app, '/orders')).status).toBe(401)
  expect((await ask(app, '/orders', bearer)).body).toBe('orders')
})

test('the error of a handler stays what it is, and is no refusal', async () => {
  const app = quiet()
    .use(protect(makeGuard({ keys: key.jwk })))
    .use((ctx) => ctx.throw(ctx.path === '/teapot' ? 418 : 500))
  expect((await ask(app, '/', bearer)).status).toBe(500)
  expect((await ask(app, '/teapot', bearer)).status).toBe(418)
})

test('a guard in front of everything sees the whole path below a router', async () => {
  const seen: string[] = []
  const guard = makeGuard({ keys: key.jwk, onRefused: (_, request) => void seen.push(request!.url) })
  const inner = new Router().get('/orders', protect(guard), (ctx) => {
    ctx.body = ''
  })
  const outer = new Router().use('/shop', inner.routes())
  await ask(quiet().use(outer.routes()), '/shop/orders?x=1')
  expect(seen).toEqual(['/shop/orders?x=1'])
})

test('an invalid route is rejected before the first request', () => {
  const guard = makeGuard({ keys: key.jwk })
  expect(() => protect(guard, { scope: '"' })).toThrow(/^scope: /)
})
