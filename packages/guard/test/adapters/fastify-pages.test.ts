import { type FastifyInstance, fastify } from 'fastify'
import { describe, expect, test } from 'vitest'
import { pageRoutes, protectAll, protectPage } from '../../src/adapters/fastify.js'
import { createPageGuard } from '../../src/page/page-guard.js'
import { interstitial } from '../../src/page/refresh-method.js'
import { makeGuard, makeKey, signToken } from '../issuer.js'
import { pageRouteOptions as routes, testPages } from './page-conformance.js'

testPages('Fastify 5', async (pages, mounted) => {
  const app = fastify()
  app.addHook('onRequest', async (_, reply) => void reply.header('set-cookie', 'earlier=1'))
  app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, body, done) =>
    done(null, Object.fromEntries(new URLSearchParams(String(body)))),
  )
  if (mounted) app.register(pageRoutes(pages))
  const orders = protectPage(pages, routes['/orders'])
  app.get('/orders', orders, async ({ auth }) => ({ subject: auth.subject }))
  app.post('/orders', orders, async ({ body }) => body)
  app.get('/admin', protectPage(pages, routes['/admin']), async () => '')
  app.get('/public', protectPage(pages, routes['/public']), async ({ auth, authError }) => ({
    subject: auth?.subject ?? null,
    reason: authError?.code ?? null,
  }))
  const url = await app.listen({ port: 0, host: '127.0.0.1' })
  const close = () => {
    app.server.closeAllConnections()
    void app.close()
  }
  return { url, close }
})

describe('beside protectAll', () => {
  const key = makeKey('ES256', 'key')
  const guard = makeGuard({ keys: key.jwk })
  const refresh = interstitial({ server: 'https://auth.example.com', script: 'run()' })
  const pages = createPageGuard(guard, { origin: 'https://shop.example.com', signIn: '/sign-in', refresh })
  const visit = { accept: 'text/html', 'sec-fetch-mode': 'navigate' }
  const cookie = `__Host-access_token=${signToken(key)}`
  const authorization = `Bearer ${signToken(key)}`
  let handled = 0

  const steps = {
    guard: (app: FastifyInstance) => app.register(protectAll(guard)),
    pages: (app: FastifyInstance) => app.register(pageRoutes(pages)),
    routes: (app: FastifyInstance) => {
      const page = protectPage(pages)
      app.get('/orders', page, async ({ auth }) => auth.subject)
      app.get('/hooks', { ...page, onRequest: [page.onRequest, async () => {}] }, async ({ auth }) => auth.subject)
      app.post('/replaced', { ...page, onRequest: async () => {} }, async ({ auth }) => {
        handled += 1
        return auth.subject
      })
      app.get('/call', async ({ auth }) => auth.subject)
      app.get('/config', { config: { auth: protectPage(pages).config.auth } }, async () => ++handled)
    },
  }

  describe.each([
    ['guard', 'pages', 'routes'],
    ['pages', 'guard', 'routes'],
    ['routes', 'pages', 'guard'],
    ['routes', 'guard', 'pages'],
  ] as const)('in the order %s, %s, %s', (...order) => {
    async function serve(): Promise<FastifyInstance> {
      handled = 0
      const app = fastify()
      // Sends late, as with a hook of the application.
      app.addHook('onSend', async (_request, _reply, payload) => {
        await new Promise((resolve) => setTimeout(resolve, 5))
        return payload
      })
      for (const step of order) {
        steps[step](app)
        await app.after()
      }
      return app
    }

    test.each(['/orders', '/hooks'])('the page %s is left to the page guard', async (url) => {
      const app = await serve()

      const known = await app.inject({ url, headers: { ...visit, cookie } })
      const unknown = await app.inject({ url, headers: visit })
      const call = await app.inject({ url, headers: { authorization } })

      expect(known).toMatchObject({ statusCode: 200, body: 'user-1' })
      expect(unknown).toMatchObject({ statusCode: 401, headers: { 'content-type': 'text/html; charset=utf-8' } })
      expect(call.statusCode).toBe(401)
    })

    test("the page guard's own paths are open, whatever the body, and nothing beside them", async () => {
      const app = await serve()
      const headers = { authorization, origin: 'https://shop.example.com', 'content-type': 'application/x-odd' }

      expect(await app.inject('/sessionward/continue.js')).toMatchObject({ statusCode: 200, body: 'run()' })
      expect((await app.inject({ method: 'POST', url: '/sessionward/hand-over', headers, body: 'x' })).statusCode).toBe(
        204,
      )
      expect((await app.inject('/sessionward/other')).statusCode).toBe(404)
      expect((await app.inject('/%73essionward/continue.js')).statusCode).toBe(404)
      expect((await app.inject('/sessionwards')).statusCode).toBe(401)
    })

    test('a route without the hook stays guarded, also one that has only its mark', async () => {
      const app = await serve()

      expect((await app.inject({ url: '/call', headers: { ...visit, cookie } })).statusCode).toBe(401)
      expect((await app.inject({ url: '/call', headers: { authorization } })).body).toBe('user-1')
      expect((await app.inject({ method: 'POST', url: '/replaced', headers: { ...visit, cookie } })).statusCode).toBe(
        401,
      )
      expect((await app.inject({ url: '/config', headers: visit })).statusCode).toBe(401)
      expect(handled).toBe(0)
      expect((await app.inject({ method: 'POST', url: '/replaced', headers: { authorization } })).body).toBe('user-1')
    })
  })
})
