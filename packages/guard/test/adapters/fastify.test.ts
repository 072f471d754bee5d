import { once } from 'node:events'
import { request as httpRequest } from 'node:http'
import cors from '@fastify/cors'
import { type FastifyInstance, fastify } from 'fastify'
import { describe, expect, onTestFinished, test } from 'vitest'
import { pageRoutes, protect, protectAll, protectPage } from '../../src/adapters/fastify.js'
import type { Guard } from '../../src/guard.js'
import { createPageGuard } from '../../src/page/page-guard.js'
import { redirect } from '../../src/page/refresh-method.js'
import type { RouteOptions } from '../../src/route.js'
import { makeGuard, makeKey, makeLogger, signToken } from '../issuer.js'
import { earlier, routes, testAdapter } from './conformance.js'

type Path = keyof typeof routes

/** The routes of the conformance list, each guarded by what `guarded` adds to its options. */
function appOf(guarded: (path: Path) => object): FastifyInstance {
  const app = fastify()
  app.addHook('onRequest', async (request, reply) => {
    reply.headers(earlier)
    if (request.method === 'OPTIONS' && request.url.startsWith('/cors')) return reply.code(204).send()
    return undefined
  })
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body))
  app.all('/orders', guarded('/orders'), async ({ auth }) => ({ subject: auth.subject }))
  app.post('/echo', guarded('/echo'), async ({ body }) => body)
  app.get('/admin', guarded('/admin'), async () => '')
  app.get('/strict', guarded('/strict'), async () => '')
  app.get('/recent', guarded('/recent'), async () => '')
  app.get('/public', guarded('/public'), async ({ auth, authError }) => ({
    subject: auth?.subject ?? null,
    reason: authError?.code ?? null,
  }))
  app.all('/elsewhere', guarded('/elsewhere'), async ({ auth }) => ({ subject: auth.subject }))
  app.get('/broken', guarded('/broken'), async () => {
    throw new Error('broken')
  })
  return app
}

async function listening(app: FastifyInstance) {
  const url = await app.listen({ port: 0, host: '127.0.0.1' })
  const close = () => {
    app.server.closeAllConnections()
    void app.close()
  }
  return { url, close }
}

testAdapter('Fastify 5, hooks of routes', (guard) =>
  listening(appOf((path) => ({ onRequest: protect(guard, routes[path]) }))),
)

testAdapter('Fastify 5, the plugin', (guard) => {
  const app = appOf((path) => ({ config: { auth: routes[path] } }))
  app.register(protectAll(guard))
  return listening(app)
})

const key = makeKey('ES256', 'key')
const bearer = { authorization: `Bearer ${signToken(key)}` }
const guardOf = (): Guard => makeGuard({ keys: key.jwk })

async function statuses(app: FastifyInstance, urls: readonly string[], headers = {}) {
  const answers = urls.map(async (url) => (await app.inject({ url, headers })).statusCode)
  return Promise.all(answers)
}

describe('the plugin', () => {
  test('at the root guards every route, declared before or after, in plugins before or after, HEAD and 404', async () => {
    const app = fastify()
    app.get('/before', async () => '')
    app.register(async (child) => {
      child.get('/child-before', async () => '')
      child.register(async (grandchild) => void grandchild.get('/grandchild-before', async () => ''))
    })
    await app.after()
    app.register(protectAll(guardOf()))
    app.get('/after', async () => '')
    app.register(async (child) => void child.get('/child-after', async () => ''))
    const urls = ['/before', '/child-before', '/grandchild-before', '/after', '/child-after']

    expect(await statuses(app, urls)).toEqual([401, 401, 401, 401, 401])
    expect(await statuses(app, urls, bearer)).toEqual([200, 200, 200, 200, 200])
    expect((await app.inject({ method: 'HEAD', url: '/before' })).statusCode).toBe(401)
    expect((await app.inject({ method: 'HEAD', url: '/after' })).statusCode).toBe(401)
    expect(await statuses(app, ['/none'])).toEqual([401])
    expect(await statuses(app, ['/none'], bearer)).toEqual([404])
  })

  test('in a child guards that child and its children only', async () => {
    const app = fastify()
    app.register(async (child) => {
      child.register(protectAll(guardOf()))
      child.get('/inside', async () => '')
      child.register(async (grandchild) => void grandchild.get('/below', async () => ''))
    })
    app.register(async (sibling) => void sibling.get('/beside', async () => ''))
    app.get('/outside', async () => '')

    expect(await statuses(app, ['/inside', '/below', '/beside', '/outside', '/none'])).toEqual([
      401, 401, 200, 200, 404,
    ])
  })

  test('a hook or option that is undefined by mistake leaves nothing open', async () => {
    const app = fastify()
    app.register(protectAll(guardOf()))
    const forgotten = undefined as never
    await app.after()
    app.get('/hook', { onRequest: forgotten }, async () => '')
    app.get('/config', { config: { auth: forgotten } }, async () => '')
    app.get('/open', { config: { auth: false } }, async () => '')

    expect(await statuses(app, ['/hook', '/config', '/open'])).toEqual([401, 401, 200])
  })

  test("a route's own options replace those of the plugin", async () => {
    const app = fastify()
    app.register(protectAll(guardOf(), { scope: 'admin' }))
    await app.after()
    app.get('/orders', { config: { auth: { scope: 'orders' } } }, async () => '')
    app.get('/admin', async () => '')

    expect(await statuses(app, ['/orders', '/admin'], bearer)).toEqual([200, 403])
  })

  test.each([
    ['a misspelt name', { scopes: 'orders' }, /did you mean `scope`/],
    ['true', true, /must be an object/],
    ['null', null, /must be an object/],
  ])('%s in config.auth ends the start', async (_, auth, message) => {
    const app = fastify()
    app.register(protectAll(guardOf()))
    await app.after()
    expect(() => app.get('/', { config: { auth: auth as RouteOptions } }, async () => '')).toThrow(message)
  })

  test('in another instance and with other plugins of the same kind it guards twice, not less', async () => {
    const app = fastify()
    app.register(protectAll(guardOf()))
    app.register(async (child) => {
      child.register(protectAll(guardOf(), { scope: 'admin' }))
      child.get('/admin', async () => '')
    })
    expect(await statuses(app, ['/admin'])).toEqual([401])
    expect(await statuses(app, ['/admin'], bearer)).toEqual([403])
  })
})

test('two hundred interleaved requests of two people each see their own', async () => {
  const app = fastify()
  app.get('/', { onRequest: protect(guardOf()) }, async (request) => {
    const before = request.auth.subject
    await new Promise((resolve) => setImmediate(resolve))
    return { before, after: request.auth.subject }
  })
  const people = ['ann', 'bob'].map((sub) => ({ sub, authorization: `Bearer ${signToken(key, { sub, jti: sub })}` }))

  const answers = await Promise.all(
    Array.from({ length: 200 }, async (_, index) => {
      const { sub, authorization } = people[index % 2]!
      return { sub, ...(await app.inject({ url: '/', headers: { authorization } })).json() }
    }),
  )

  expect(answers).toHaveLength(200)
  expect(answers.filter(({ sub, before, after }) => before !== sub || after !== sub)).toEqual([])
})

test.each(['a hook of the route', 'the plugin'])(
  'refused by %s, the handler does not run, nothing is sent twice, and the answer does not wait for the body',
  async (way) => {
    let handled = 0
    const logged: string[] = []
    const app = fastify({
      logger: { level: 'warn', stream: { write: (line: string) => void logged.push(line) } },
      bodyLimit: 20_000_000,
    })
    if (way === 'the plugin') app.register(protectAll(guardOf()))
    app.post('/', way === 'the plugin' ? {} : { onRequest: protect(guardOf()) }, async () => ++handled)
    const { url, close } = await listening(app)
    onTestFinished(close)
    const headers = { 'content-type': 'application/json', 'content-length': '10000000' }
    const request = httpRequest(url, { method: 'POST', headers })
    request.on('error', () => {})
    request.write('{"the first of ten million bytes":')

    const [response] = await once(request, 'response')

    expect(response.statusCode).toBe(401)
    request.destroy()
    expect(handled).toBe(0)
    expect(logged.filter((line) => line.includes('FST_ERR'))).toEqual([])
  },
)

test('a page of another origin reads the code of a refusal where @fastify/cors is registered first', async () => {
  const origin = 'https://app.example.com'
  const { logger, warnings } = makeLogger()
  const app = fastify()
  await app.register(cors, { origin, exposedHeaders: ['X-Total'] })
  app.register(protectAll(makeGuard({ keys: key.jwk, logger })))
  app.get('/', async () => '')
  const preflight = await app.inject({
    method: 'OPTIONS',
    url: '/',
    headers: { origin, 'access-control-request-method': 'GET' },
  })
  const refused = await app.inject({ url: '/', headers: { origin } })

  expect(preflight.statusCode).toBe(204)
  expect(refused.headers).toMatchObject({
    'access-control-allow-origin': origin,
    'access-control-expose-headers': 'X-Total, WWW-Authenticate',
  })
  expect(warnings).toEqual([])
})

test('an invalid route is rejected before the first request', () => {
  expect(() => protect(guardOf(), { scope: '"' })).toThrow(/^scope: /)
  expect(() => protectAll(guardOf(), { scope: '"' })).toThrow(/^scope: /)
})

test.each(['a hook of the route', 'the plugin', 'a page', 'the plugin, a page without its hook'])(
  'refused by %s, the handler does not run, even if the client leaves before a slow answer',
  async (way) => {
    let handled = 0
    const app = fastify()
    const sent = new Promise<void>((resolve) => {
      app.addHook('onSend', async (request, _reply, payload) => {
        // Until the client has left.
        await once(request.raw.socket, 'close')
        setTimeout(resolve, 20)
        return payload
      })
    })
    const guard = guardOf()
    const pages = createPageGuard(guard, {
      origin: 'https://shop.example.com',
      signIn: '/sign-in',
      refresh: redirect({ server: 'https://auth.example.com' }),
    })
    app.register(pageRoutes(pages))
    if (way.startsWith('the plugin')) app.register(protectAll(guard))
    const page = protectPage(pages)
    const routeOptions = {
      'a hook of the route': { onRequest: protect(guard) },
      'the plugin': {},
      'a page': page,
    }[way] ?? { config: page.config }
    app.post('/', routeOptions, async () => ++handled)
    const { url, close } = await listening(app)
    onTestFinished(close)
    const request = httpRequest(url, { method: 'POST' })
    request.on('error', () => {}).end()
    setTimeout(() => request.destroy(), 30)

    await sent

    expect(handled).toBe(0)
  },
)
