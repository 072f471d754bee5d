import type { RequestListener } from 'node:http'
import fastifyCors from '@fastify/cors'
import Router from '@koa/router'
import express from 'express'
import express4 from 'express4'
import Koa from 'koa'
import { describe, expect, it } from 'vitest'
import { mount } from '../../src/adapters/express.js'
import { mount as mountFastify } from '../../src/adapters/fastify.js'
import { mount as mountKoa } from '../../src/adapters/koa.js'
import type { AuthServer } from '../../src/auth-server.js'
import { ann, ask, post, serve, streaming } from './conformance.js'
import { listenerOf } from './fastify-listener.js'

type Build = (auth: AuthServer) => RequestListener | Promise<RequestListener>

/** Where applications put the auth server. */
interface Deployments {
  /** The framework believes `X-Forwarded-For`. */
  readonly trusting: Build
  readonly plain: Build
  /** Below `/api` in a router, in a router below `/v1`, in an application. */
  readonly nested: Build
  /** With CORS of the application for `https://other.example`, and a header `X-App: kept` on every answer. */
  readonly withCors: Build
}

function inExpress(create: typeof express): Deployments {
  return {
    plain: (auth) => create().use(mount(auth)),
    trusting: (auth) => create().set('trust proxy', 1).use(mount(auth)),
    nested(auth) {
      const [app, sub, outer, inner] = [create(), create(), create.Router(), create.Router()]
      return app.use('/v1', sub.use(outer.use('/api', inner.use(mount(auth)))))
    },
    withCors: (auth) =>
      create()
        .use((_request, response, next) => {
          response.set({ 'Access-Control-Allow-Origin': 'https://other.example', 'X-App': 'kept' })
          next()
        })
        .use(mount(auth)),
  }
}

const inKoa: Deployments = {
  plain: (auth) => new Koa().use(mountKoa(auth)).callback(),
  trusting: (auth) => Object.assign(new Koa(), { proxy: true }).use(mountKoa(auth)).callback(),
  nested(auth) {
    const inner = new Router().all('/auth/{*rest}', mountKoa(auth))
    const outer = new Router().use('/api', inner.routes())
    const app = new Koa()
    // As koa-mount does it.
    app.use(async (ctx, next) => {
      ctx.path = ctx.path.slice('/v1'.length)
      await next()
    })
    return app.use(outer.routes()).callback()
  },
  withCors: (auth) =>
    new Koa()
      .use(async (ctx, next) => {
        ctx.set({ 'Access-Control-Allow-Origin': 'https://other.example', 'X-App': 'kept' })
        await next()
        // Too late for an answer that has been sent, and no error either.
        ctx.set('X-Late', 'lost')
      })
      .use(mountKoa(auth))
      .callback(),
}

const inFastify: Deployments = {
  plain: (auth) => listenerOf({}, (app) => void app.register(mountFastify(auth))),
  trusting: (auth) => listenerOf({ trustProxy: 'loopback' }, (app) => void app.register(mountFastify(auth))),
  nested: (auth) =>
    listenerOf({}, (app) => {
      app.register(async (outer) => void outer.register(mountFastify(auth), { prefix: '/api' }), { prefix: '/v1' })
    }),
  withCors: (auth) =>
    listenerOf({}, async (app) => {
      await app.register(fastifyCors, { origin: 'https://other.example' })
      app.addHook('onRequest', async (_request, reply) => void reply.header('X-App', 'kept'))
      app.register(mountFastify(auth))
    }),
}

const frameworks = {
  'Express 4': inExpress(express4),
  'Express 5': inExpress(express),
  'Koa 3': inKoa,
  'Fastify 5': inFastify,
}

/** The client has written the first address, and the proxy the last one. */
const list = '198.51.100.1, 192.0.2.66, 203.0.113.9'

describe('the auth server in Koa 3 behind proxies', () => {
  it.each([
    ['that maxIpsCount counts: the address that the outer one saw', { maxIpsCount: 2 }, '192.0.2.66'],
    ['whose address the application reads itself', { ip: '192.0.2.9' }, '192.0.2.9'],
  ])(
    'has that of the client: %s',
    async (_, { maxIpsCount = 0, ip }: { maxIpsCount?: number; ip?: string }, address) => {
      const { url, store } = await serve((auth) =>
        Object.assign(new Koa(), { proxy: true, maxIpsCount })
          .use((ctx, next) => {
            if (ip) ctx.request.ip = ip
            return next()
          })
          .use(mountKoa(auth))
          .callback(),
      )

      const answer = await post(`${url}/auth/login`, { ...ann, transport: 'body' }, { 'X-Forwarded-For': list })

      expect((await store.sessions.find(JSON.parse(answer.body).session.id)).session!.address).toBe(address)
    },
  )
})

describe.each(Object.entries(frameworks))('the auth server in %s', (_, deployments) => {
  it.each([
    ['plain', '127.0.0.1'],
    ['trusting', '203.0.113.9'],
  ] as const)('believes a proxy about the address only where the framework does: %s', async (way, address) => {
    const { url, store } = await serve(deployments[way])

    const answer = await post(`${url}/auth/login`, { ...ann, transport: 'body' }, { 'X-Forwarded-For': '203.0.113.9' })

    expect((await store.sessions.find(JSON.parse(answer.body).session.id)).session!.address).toBe(address)
  })

  it('believes of a list what the proxy added, and not what the client had written before it', async () => {
    const { url, store } = await serve(deployments.trusting)

    const answer = await post(`${url}/auth/login`, { ...ann, transport: 'body' }, { 'X-Forwarded-For': list })

    expect((await store.sessions.find(JSON.parse(answer.body).session.id)).session!.address).toBe('203.0.113.9')
  })

  it('answers every endpoint below a router in a router in a sub-application', async () => {
    const { url } = await serve(deployments.nested, { basePath: '/v1/api/auth' })
    const base = `${url}/v1/api/auth`

    const signedIn = await post(`${base}/login?from=menu`, { ...ann, transport: 'body' })
    const { access_token, refresh_token } = JSON.parse(signedIn.body)
    const me = await ask(`${base}/me`, { headers: { Authorization: `Bearer ${access_token}` } })
    const refreshed = await post(`${base}/refresh`, { refresh_token })
    const out = await post(`${base}/logout`, { refresh_token: JSON.parse(refreshed.body).refresh_token })
    const unknown = await ask(`${base}/none`)

    expect([signedIn.status, me.status, refreshed.status, out.status, unknown.status]).toEqual([
      200, 200, 200, 204, 404,
    ])
    expect(unknown.headers['content-type']).toBe('application/problem+json')
  })

  it.each([{}, { 'X-Forwarded-Proto': 'https' }, { 'X-Forwarded-Proto': 'http', 'X-Forwarded-Host': 'evil.example' }])(
    'sets Secure cookies behind TLS termination because its issuer says so, whatever a header says: %j',
    async (forwarded) => {
      const origin = 'https://auth.example.com'
      const { url } = await serve(deployments.trusting, { issuer: origin })

      const answer = await post(`${url}/auth/login`, ann, { Origin: origin, ...forwarded })
      const metadata = await ask(`${url}/.well-known/oauth-authorization-server`, { headers: forwarded })

      expect(answer.status).toBe(200)
      expect(answer.cookies).toHaveLength(1)
      expect(answer.cookies[0]).toMatch(/^__Host-.*; Secure; HttpOnly/)
      expect(JSON.parse(metadata.body).issuer).toBe(origin)
      expect(metadata.body).not.toMatch(/evil|http:/)
    },
  )

  it('keeps the headers that the application has set on answers, and on both event streams', async () => {
    const { url, auth } = await serve(deployments.withCors)
    const { accessToken } = await auth.sessions.start({ subject: 'ann' })
    const origin = { Origin: 'https://other.example' }
    const live = { Authorization: `Bearer ${accessToken}`, ...origin }
    const stop = new AbortController()

    const answers = await Promise.all([
      fetch(`${url}/.well-known/jwks.json`, { headers: origin }),
      fetch(`${url}/auth/session/events`, { headers: live, signal: stop.signal }),
      fetch(`${url}/auth/revocations`, { headers: { ...streaming, ...origin }, signal: stop.signal }),
    ])

    for (const { status, headers } of answers) {
      expect(status).toBe(200)
      expect(headers.get('X-App')).toBe('kept')
      expect(headers.get('Access-Control-Allow-Origin')).toBe('https://other.example')
      expect(headers.get('X-Late')).toBeNull()
    }
    expect(answers.map(({ headers }) => headers.get('Content-Type')).slice(1)).toEqual([
      'text/event-stream',
      'text/event-stream',
    ])
    stop.abort()
  })
})
