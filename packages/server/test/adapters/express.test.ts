import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import compression from 'compression'
import express, { type Express, type NextFunction, type Request, type Response } from 'express'
import express4 from 'express4'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { mount } from '../../src/adapters/express.js'
import type { AuthServer } from '../../src/auth-server.js'
import type { AuthServerOptions } from '../../src/options.js'
import { createAuthServer } from '../../src/server.js'
import { memoryStore } from '../../src/store/memory/index.js'
import type { Store } from '../../src/store/store.js'
import { passwordOf, people } from '../harness/people.js'
import { guardCredential, testSecrets } from '../harness/secrets.js'

interface Served {
  readonly url: string
  readonly auth: AuthServer
  readonly store: Store
  /** Errors that reached Express. */
  readonly errors: unknown[]
}

/** An Express app on a real socket; `build` puts the auth server where a test wants it. */
async function serve(
  build: (app: Express, auth: AuthServer) => void,
  more: Partial<AuthServerOptions> = {},
  create: typeof express = express,
) {
  const app = create()
  const server = createServer(app)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const store = memoryStore()
  const auth = createAuthServer({
    issuer: url,
    mode: 'development',
    store,
    secrets: testSecrets(),
    directory: people('ann'),
    ...more,
  })
  const errors: unknown[] = []
  build(app, auth)
  app.use((error: { status?: number }, _: Request, response: Response, __: NextFunction) => {
    errors.push(error)
    response.status(error.status ?? 500).end()
  })
  onTestFinished(async () => {
    await auth.close()
    server.closeAllConnections()
    server.close()
  })
  return { url, auth, store, errors } satisfies Served
}

function post(url: string, body: string, headers: Record<string, string> = {}) {
  return fetch(url, { method: 'POST', body, headers: { 'Content-Type': 'application/json', ...headers } })
}

const login = JSON.stringify({ username: 'ann', password: passwordOf('ann'), transport: 'body' })

const parsers = {
  'before any parser': (app: Express, auth: AuthServer) => app.use(mount(auth)).use(express.json()),
  'after express.json()': (app: Express, auth: AuthServer) => app.use(express.json()).use(mount(auth)),
  'after express.text()': (app: Express, auth: AuthServer) => app.use(express.text({ type: '*/*' })).use(mount(auth)),
  'after express.raw()': (app: Express, auth: AuthServer) => app.use(express.raw({ type: '*/*' })).use(mount(auth)),
  'after all of them': (app: Express, auth: AuthServer) =>
    app.use(express.json(), express.urlencoded({ extended: true }), express.text(), express.raw()).use(mount(auth)),
}

describe.each(Object.entries(parsers))('the auth server in Express %s', (_, build) => {
  it('signs in, refreshes and signs out', async () => {
    const { url } = await serve(build)

    const answer = await (await post(`${url}/auth/login`, login)).json()
    const body = JSON.stringify({ refresh_token: answer.refresh_token })
    const refreshed = await (await post(`${url}/auth/refresh`, body)).json()
    const out = await post(`${url}/auth/logout`, JSON.stringify({ refresh_token: refreshed.refresh_token }))

    expect(refreshed.session).toMatchObject({ id: answer.session.id, generation: 1 })
    expect(out.status).toBe(204)
    expect((await post(`${url}/auth/refresh`, body)).status).toBe(401)
  })

  it('takes a request without a body, and one in chunks', async () => {
    const { url } = await serve(build)
    const chunked = new ReadableStream({
      start(controller) {
        for (const part of [login.slice(0, 10), login.slice(10)]) controller.enqueue(new TextEncoder().encode(part))
        controller.close()
      },
    })

    const empty = await fetch(`${url}/auth/refresh`, { method: 'POST', headers: { Origin: url } })
    const inChunks = await fetch(`${url}/auth/login`, {
      method: 'POST',
      body: chunked,
      headers: { 'Content-Type': 'application/json' },
      duplex: 'half',
    } as RequestInit)

    expect(empty.status).toBe(204)
    expect(inChunks.status).toBe(200)
  })

  it.each([
    ['a form', 'username=ann&password=x', 'application/x-www-form-urlencoded'],
    ['a form that makes objects', 'username[$ne]=&password[$ne]=', 'application/x-www-form-urlencoded'],
    ['a form that means prototypes', '__proto__[x]=1&a[__proto__][x]=1', 'application/x-www-form-urlencoded'],
    ['plain text', login, 'text/plain'],
    ['half an object', '{"username":', 'application/json'],
    ['a list', '[]', 'application/json'],
    ['a deep list', '['.repeat(40_000) + ']'.repeat(40_000), 'application/json'],
    ['an operator', '{"username":{"$ne":""},"password":"x"}', 'application/json'],
    ['a prototype', '{"__proto__":{"username":"ann","password":"x"}}', 'application/json'],
    ['too much', `{"username":"${'x'.repeat(70_000)}","password":"x"}`, 'application/json'],
    ['a body of another charset', '{}', 'application/json; charset=utf-16'],
  ])('refuses %s with 4xx', async (_, body, type) => {
    const { url, errors } = await serve(build)

    const response = await post(`${url}/auth/login`, body, { 'Content-Type': type, Origin: url })

    expect(response.status).toBeGreaterThanOrEqual(400)
    expect(response.status).toBeLessThan(500)
    expect(response.headers.getSetCookie()).toEqual([])
    expect(errors.filter((error) => ((error as { status?: number }).status ?? 500) >= 500)).toEqual([])
    expect(({} as { x?: string }).x).toBeUndefined()
  })

  it('streams the revocation feed', async () => {
    const { url, auth } = await serve(build)
    const response = await fetch(`${url}/auth/revocations`, {
      headers: { Authorization: `Bearer ${guardCredential}`, Accept: 'text/event-stream' },
    })
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader()
    expect((await reader.read()).value).toContain('"snapshot":true')
    const { session } = await auth.sessions.start({ subject: 'ann' })

    await auth.sessions.end(session.id)

    expect((await reader.read()).value).toContain(session.id)
    await auth.close()
    expect((await reader.read()).done).toBe(true)
  })
})

describe('mount', () => {
  it('hands on what is not the auth server’s, with its body and its url untouched', async () => {
    const { url } = await serve((app, auth) => {
      app.use(mount(auth))
      app.post('/orders', express.json(), (request, response) => void response.json([request.url, request.body]))
      app.get('/author', (_, response) => void response.send('an author'))
    })

    expect(await (await post(`${url}/orders?x=1`, '{"a":1}')).json()).toEqual(['/orders?x=1', { a: 1 }])
    expect(await (await fetch(`${url}/author`)).text()).toBe('an author')
    expect((await fetch(`${url}/auth/none`)).status).toBe(404)
  })

  it('sits in a router of its own path as well, and behind a query', async () => {
    const { url } = await serve((app, auth) => {
      const router = express.Router()
      router.use(mount(auth))
      app.use('/auth', router)
    })

    expect((await post(`${url}/auth/login?from=menu`, login)).status).toBe(200)
    expect((await fetch(`${url}/healthz`)).status).toBe(404)
  })

  it('lets middleware before it add to the answer', async () => {
    const { url } = await serve((app, auth) => {
      app.use((_, response, next) => {
        response.setHeader('X-Request-Id', '42')
        next()
      })
      app.use(mount(auth))
    })

    const response = await post(`${url}/auth/login`, login)

    expect(response.headers.get('X-Request-Id')).toBe('42')
    expect(response.status).toBe(200)
  })

  it.each([
    [false, '127.0.0.1'],
    [true, '203.0.113.9'],
  ])('believes a proxy about the address where Express does: trust proxy %s', async (trust, address) => {
    const { url, store } = await serve((app, auth) => {
      app.set('trust proxy', trust)
      app.use(mount(auth))
    })

    const answer = await (await post(`${url}/auth/login`, login, { 'X-Forwarded-For': '203.0.113.9' })).json()

    expect((await store.sessions.find(answer.session.id)).session!.address).toBe(address)
  })

  it('believes no header about where it is reached', async () => {
    const { url } = await serve((app, auth) => {
      app.set('trust proxy', true)
      app.use(mount(auth))
    })

    const response = await fetch(`${url}/.well-known/oauth-authorization-server`, {
      headers: { 'X-Forwarded-Host': 'evil.example', 'X-Forwarded-Proto': 'https' },
    })

    expect(await response.text()).not.toContain('evil.example')
  })

  it('sets cookies a browser keeps, one header for each', async () => {
    const { url } = await serve((app, auth) => void app.use(mount(auth)))
    const withCookie = JSON.stringify({ username: 'ann', password: passwordOf('ann') })
    const first = await post(`${url}/auth/login`, withCookie, { Origin: url })
    const cookie = first.headers.getSetCookie()[0]!.split(';')[0]!

    const second = await post(`${url}/auth/login`, withCookie, { Origin: url, Cookie: cookie })

    const cookies = second.headers.getSetCookie()
    expect(cookies).toHaveLength(2)
    expect(cookies.filter((value) => value.includes('Max-Age=0'))).toHaveLength(1)
  })

  it('answers the failure of other middleware on its own paths with 503, and logs where it was and not what it said', async () => {
    const said: string[] = []
    for (const level of ['warn', 'error'] as const) {
      const spy = vi.spyOn(console, level).mockImplementation((...args) => void said.push(args.join(' ')))
      onTestFinished(() => spy.mockRestore())
    }
    const { url, errors } = await serve((app, auth) => {
      app.use(() => {
        throw new Error('the session store said hunter2')
      })
      app.use(mount(auth))
    })

    const response = await post(`${url}/auth/login`, login, { Origin: url })
    await post(`${url}/orders`, login)

    expect(response.status).toBe(503)
    expect(response.headers.get('Access-Control-Allow-Origin')).toBe(url)
    expect(await response.json()).toMatchObject({ code: 'service_unavailable', verdict: 'retry' })
    expect(said).toEqual([expect.stringMatching(/^middleware before the auth server failed at .*express\.test\.ts/)])
    expect(said[0]).not.toContain('hunter2')
    // The other path is the application's own.
    expect(errors).toHaveLength(1)
  })

  it.each([express, express4])('tells a browser of an end through compression() (%#)', async (create) => {
    const { url, auth } = await serve(
      (app, auth) => void app.use(compression({ threshold: 0 }), mount(auth)),
      {},
      create,
    )
    const { accessToken, session } = await auth.sessions.start({ subject: 'ann' })
    const headers = { Authorization: `Bearer ${accessToken}`, 'Accept-Encoding': 'gzip' }
    const response = await fetch(`${url}/auth/session/events`, { headers })
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader()
    expect((await reader.read()).value).toContain('alive')

    await auth.sessions.end(session.id)

    expect((await reader.read()).value).toContain('session_revoked')
    expect((await reader.read()).done).toBe(true)
  })

  it.each([express, express4])('streams the feed through compression() that runs before it (%#)', async (create) => {
    const { url, auth } = await serve(
      (app, auth) => void app.use(compression({ threshold: 0 }), mount(auth)),
      {},
      create,
    )
    const headers = {
      Authorization: `Bearer ${guardCredential}`,
      Accept: 'text/event-stream',
      'Accept-Encoding': 'gzip',
    }
    const stop = new AbortController()
    onTestFinished(() => stop.abort())
    const response = await fetch(`${url}/auth/revocations`, { headers, signal: stop.signal })
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader()
    let received = ''
    const until = async (part: string) => {
      while (!received.includes(part)) received += (await reader.read()).value
    }
    await until('"snapshot":true')
    const { session } = await auth.sessions.start({ subject: 'ann' })

    await auth.sessions.end(session.id)
    await until(session.id)

    expect(response.headers.get('Content-Encoding')).toBeNull()
    // The middleware is at work: it compresses what may be compressed.
    expect((await fetch(`${url}/.well-known/jwks.json`, { headers })).headers.get('Content-Encoding')).toBe('gzip')
  })
})
