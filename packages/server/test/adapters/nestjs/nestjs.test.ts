import 'reflect-metadata'
import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Body, Controller, Get, type INestApplication, Module, Post } from '@nestjs/common'
import { type AbstractHttpAdapter, NestFactory } from '@nestjs/core'
import { ExpressAdapter, type NestExpressApplication } from '@nestjs/platform-express'
import { FastifyAdapter } from '@nestjs/platform-fastify'
import { Auth, SessionwardModule } from '@sessionward/guard/nestjs'
import { describe, expect, it, onTestFinished } from 'vitest'
import { mount } from '../../../src/adapters/nestjs.js'
import { AnswerError } from '../../../src/answer-error.js'
import type { AuthServer } from '../../../src/auth-server.js'
import type { AuthServerOptions } from '../../../src/options.js'
import { createAuthServer } from '../../../src/server.js'
import { memoryStore } from '../../../src/store/memory/index.js'
import { passwordOf, people } from '../../harness/people.js'
import { testSecrets } from '../../harness/secrets.js'
import { testFramework } from '../conformance.js'

@Module({})
class Empty {}

const quiet = { logger: false, abortOnError: false, forceCloseConnections: true } as const

/** Nest starts later than a listener is wanted; requests wait for it. */
function listener(build: () => Promise<INestApplication>): RequestListener {
  const ready = build()
  onTestFinished(async () => (await ready).close())
  return async (request, response) => void (await ready).getHttpServer().emit('request', request, response)
}

testFramework('NestJS on Express', {
  hasParsers: true,
  listener: (auth, { parsersFirst }) =>
    listener(async () => {
      const app = await NestFactory.create<NestExpressApplication>(Empty, new ExpressAdapter(), quiet)
      if (parsersFirst) app.useBodyParser('json').useBodyParser('urlencoded', { extended: true })
      return app.use(mount(auth)).init()
    }),
})

testFramework('NestJS on Fastify', {
  // They run after middleware, whenever they were registered.
  hasParsers: false,
  listener: (auth) =>
    listener(async () => {
      const app = await NestFactory.create(Empty, new FastifyAdapter(), quiet)
      await app.use(mount(auth)).init()
      await app.getHttpAdapter().getInstance().ready()
      return app
    }),
})

@Controller('orders')
class Orders {
  @Get()
  subject(@Auth('subject') subject: string) {
    return { subject }
  }

  @Post()
  echo(@Body() body: unknown) {
    return { body }
  }
}

const login = JSON.stringify({ username: 'ann', password: passwordOf('ann'), transport: 'body' })

function post(url: string, body: string, headers: Record<string, string> = {}) {
  return fetch(url, { method: 'POST', body, headers: { 'Content-Type': 'application/json', ...headers } })
}

interface Setting {
  readonly adapter?: AbstractHttpAdapter
  readonly nest?: object
  readonly auth?: Partial<AuthServerOptions>
  prepare?(app: INestApplication, auth: AuthServer): unknown
}

describe.each([
  ['Express', (options?: { trustProxy: boolean }) => trusting(new ExpressAdapter(), options)],
  ['Fastify', (options?: { trustProxy: boolean }) => new FastifyAdapter(options)],
] as const)('the auth server in Nest on %s, beside a global guard', (_platform, adapterOf) => {
  async function serve({ adapter = adapterOf(), nest = {}, auth: more = {}, prepare }: Setting = {}) {
    const port = await freePort()
    const url = `http://127.0.0.1:${port}`
    const store = memoryStore()
    const auth = createAuthServer({
      issuer: url,
      mode: 'development',
      store,
      secrets: testSecrets(),
      directory: people('ann'),
      ...more,
    })
    const guard = { issuer: url, audience: url, feed: auth.revocations }
    @Module({ imports: [SessionwardModule.forRoot({ guard })], controllers: [Orders] })
    class App {}
    const app = await NestFactory.create(App, adapter, { ...quiet, ...nest })
    if (prepare) prepare(app, auth)
    else app.use(mount(auth))
    onTestFinished(async () => {
      await app.close()
      await auth.close()
    })
    await app.listen(port, '127.0.0.1')
    return { url, auth, store }
  }

  it('is public by itself, and what it issues opens the routes that are guarded', async () => {
    const { url } = await serve()

    const refused = await fetch(`${url}/orders`)
    const answer = await (await post(`${url}/auth/login`, login)).json()
    const passed = await fetch(`${url}/orders`, { headers: { Authorization: `Bearer ${answer.access_token}` } })

    expect(refused.status).toBe(401)
    expect([passed.status, await passed.json()]).toEqual([200, { subject: 'ann' }])
    expect((await fetch(`${url}/.well-known/jwks.json`)).status).toBe(200)
  })

  it.each([
    ['with rawBody', { rawBody: true }],
    ['without body parsers', { bodyParser: false }],
    ['with its own', {}],
  ])('signs in and refreshes in an application %s, whose routes keep their bodies', async (_title, nest) => {
    const { url, auth } = await serve({ nest })
    const { accessToken } = await auth.sessions.start({ subject: 'ann' })

    const answer = await (await post(`${url}/auth/login`, login)).json()
    const refreshed = await post(`${url}/auth/refresh`, JSON.stringify({ refresh_token: answer.refresh_token }))
    const echo = await post(`${url}/orders`, '{"a":1}', { Authorization: `Bearer ${accessToken}` })

    expect(refreshed.status).toBe(200)
    expect((await refreshed.json()).session.generation).toBe(1)
    if (!('bodyParser' in nest)) expect(await echo.json()).toEqual({ body: { a: 1 } })
  })

  it('stays where its base path is when the application has a global prefix', async () => {
    const prefixed = await serve({
      auth: { basePath: '/v1/auth' },
      prepare: (app, auth) => app.setGlobalPrefix('v1').use(mount(auth)),
    })
    const beside = await serve({ prepare: (app, auth) => app.use(mount(auth)).setGlobalPrefix('v1') })

    expect((await post(`${prefixed.url}/v1/auth/login`, login)).status).toBe(200)
    expect((await post(`${beside.url}/auth/login`, login)).status).toBe(200)
    expect((await fetch(`${beside.url}/v1/orders`)).status).toBe(401)
  })

  it.each([
    [false, '127.0.0.1'],
    [true, '203.0.113.9'],
  ])('believes a proxy about the address where the platform does: %s', async (trustProxy, address) => {
    const { url, store } = await serve({ adapter: adapterOf({ trustProxy }) })

    const answer = await (await post(`${url}/auth/login`, login, { 'X-Forwarded-For': '203.0.113.9' })).json()

    expect((await store.sessions.find(answer.session.id)).session!.address).toBe(address)
  })

  it('sends its own CORS headers and no others beside an application that has enabled them after it', async () => {
    const origin = 'https://app.example.com'
    const { url } = await serve({
      auth: { origins: [origin] },
      prepare: (app, auth) => app.use(mount(auth)).enableCors({ origin: 'https://other.example' }),
    })

    const response = await post(`${url}/auth/login`, login, { Origin: origin })

    expect(response.headers.get('access-control-allow-origin')).toBe(origin)
  })
})

function trusting(adapter: ExpressAdapter, options = { trustProxy: false }): ExpressAdapter {
  adapter.set('trust proxy', options.trustProxy)
  return adapter
}

/** The issuer must be known before the server listens. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

@Controller()
class Administration {
  @Get()
  find() {
    throw new AnswerError('not_found', 'there is no such account')
  }
}

it.each([
  ['Express', () => new ExpressAdapter()],
  ['Fastify', () => new FastifyAdapter()],
])('a controller on %s that lets an error of a typed call pass answers with its status', async (_title, adapter) => {
  @Module({ controllers: [Administration] })
  class App {}
  const app = await NestFactory.create(App, adapter() as AbstractHttpAdapter, quiet)
  onTestFinished(() => app.close())
  await app.listen(0, '127.0.0.1')

  const response = await fetch(await app.getUrl())

  expect([response.status, await response.json()]).toMatchObject([
    404,
    { message: expect.stringContaining('no such account') },
  ])
})
