import { once } from 'node:events'
import { createServer, request as httpRequest, type IncomingHttpHeaders, type RequestListener } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { inspect } from 'node:util'
import { envelope } from '@sessionward/protocol'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import type { AuthServer } from '../../src/auth-server.js'
import type { AuthServerOptions } from '../../src/options.js'
import { createAuthServer } from '../../src/server.js'
import { memoryStore } from '../../src/store/memory/index.js'
import type { Store } from '../../src/store/store.js'
import { passwordOf, people } from '../harness/people.js'
import { guardCredential, testSecrets } from '../harness/secrets.js'

/** A framework with the auth server in it. */
export interface Framework {
  /** Whether it has body parsers, and an order that they may be in. */
  readonly hasParsers: boolean
  /** Who answers where a parser in front of the auth server fails. Default: the auth server. */
  readonly parserErrors?: 'auth server' | 'app'
  /** Who answers where Node's request makes no URL. Default: the auth server. */
  readonly urlErrors?: 'auth server' | 'app'
  /** The auth server alone; `parsersFirst`: behind the framework's parser of JSON. */
  listener(auth: AuthServer, options: { readonly parsersFirst: boolean }): RequestListener | Promise<RequestListener>
}

export interface Served {
  readonly url: string
  readonly auth: AuthServer
  readonly store: Store
}

/** A listener on a real socket with an auth server whose issuer is its address, closed when the test ends. */
export async function serve(
  build: (auth: AuthServer) => RequestListener | Promise<RequestListener>,
  options: Partial<AuthServerOptions> = {},
): Promise<Served> {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const store = memoryStore()
  const auth = createAuthServer({
    issuer: url,
    mode: 'development',
    store,
    secrets: testSecrets(),
    directory: people('ann', 'bob'),
    ...options,
  })
  server.on('request', await build(auth))
  onTestFinished(async () => {
    await auth.close()
    server.closeAllConnections()
    server.close()
  })
  return { url, auth, store }
}

interface Answer {
  readonly status: number | undefined
  readonly headers: IncomingHttpHeaders
  readonly cookies: readonly string[]
  readonly body: string
}

interface Asked {
  readonly method?: string
  readonly headers?: Record<string, string>
  readonly body?: string
  /** Default: the path of the URL. */
  readonly target?: string
}

/** Asks as a plain client does that follows nothing and hides nothing. */
export function ask(url: string, { method = 'GET', headers = {}, body = '', target }: Asked = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(url, { method, headers, ...(target && { path: target }) }, async (response) => {
      let text = ''
      for await (const chunk of response.setEncoding('utf8')) text += chunk
      const cookies = response.headers['set-cookie'] ?? []
      resolve({ status: response.statusCode, headers: response.headers, cookies, body: text })
    })
    request.on('error', reject)
    request.end(body)
  })
}

export function post(url: string, body: unknown, headers: Record<string, string> = {}): Promise<Answer> {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  const own = { 'Content-Type': 'application/json', 'Content-Length': String(Buffer.byteLength(text)) }
  return ask(url, { method: 'POST', body: text, headers: { ...own, ...headers } })
}

export const ann = { username: 'ann', password: passwordOf('ann') }
export const streaming = { Authorization: `Bearer ${guardCredential}`, Accept: 'text/event-stream' }

/** The cases that every adapter passes, and every framework that the documents show. */
export function testFramework(
  name: string,
  { listener, hasParsers, parserErrors = 'auth server', urlErrors = 'auth server' }: Framework,
): void {
  const orders = hasParsers ? [false, true] : [false]

  describe.each(orders.map((parsersFirst) => ({ parsersFirst })))(
    `${name}, body parsers first: $parsersFirst`,
    (order) => {
      // Express has a handler of errors behind the parser; in Koa the parser's error never gets as far as the auth server.
      const answersAll = !(order.parsersFirst && parserErrors === 'app')
      const served = (options?: Partial<AuthServerOptions>) => serve((auth) => listener(auth, order), options)

      it('signs in, refreshes and signs out by body', async () => {
        const { url } = await served()

        const signedIn = JSON.parse((await post(`${url}/auth/login`, { ...ann, transport: 'body' })).body)
        const refreshed = JSON.parse(
          (await post(`${url}/auth/refresh`, { refresh_token: signedIn.refresh_token })).body,
        )
        const out = await post(`${url}/auth/logout`, { refresh_token: refreshed.refresh_token })

        expect(refreshed.session).toMatchObject({ id: signedIn.session.id, generation: 1 })
        expect([out.status, out.body]).toEqual([204, ''])
      })

      it('sends every Set-Cookie line as one of its own', async () => {
        const { url, auth } = await served()
        const started = await auth.sessions.start({ subject: 'bob' })
        const other = await auth.sessions.start({ subject: 'ann' })
        const jar = [...started.setCookies, ...other.setCookies].map((line) => line.split(';')[0]).join('; ')

        const signedIn = await post(`${url}/auth/login`, ann, { Origin: url, Cookie: jar })
        const cookie = signedIn.cookies.at(-1)!.split(';')[0]!
        const out = await post(`${url}/auth/logout`, '', { Origin: url, Cookie: cookie })

        expect(signedIn.cookies.map((line) => line.includes('Max-Age=0'))).toEqual([true, true, false])
        expect(out.cookies).toEqual([`${cookie.split('=')[0]}=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0`])
      })

      it('answers a page that nobody has signed in to with 204, with and without a body', async () => {
        const { url } = await served()

        for (const body of ['', '{}']) {
          const answer = await post(`${url}/auth/refresh`, body, { Origin: url })
          expect([answer.status, answer.body, answer.headers['cache-control']]).toEqual([204, '', 'no-store'])
        }
      })

      it('serves a base path of several parts and a query behind it', async () => {
        const { url } = await served({ basePath: '/api/v1/auth' })

        expect((await post(`${url}/api/v1/auth/login?from=menu`, { ...ann, transport: 'body' })).status).toBe(200)
      })

      it('answers HEAD as GET without the body', async () => {
        const { url } = await served()

        const answer = await ask(`${url}/.well-known/jwks.json`, { method: 'HEAD' })

        expect([answer.status, answer.body]).toEqual([200, ''])
        expect(answer.headers['content-type']).toBe('application/jwk-set+json')
      })

      it('answers the preflight of a listed origin', async () => {
        const origin = 'https://app.example.com'
        const { url } = await served({ origins: [origin] })
        const headers = {
          Origin: origin,
          'Access-Control-Request-Method': 'POST',
          'Access-Control-Request-Headers': 'content-type,traceparent',
        }

        const answer = await ask(`${url}/auth/login`, { method: 'OPTIONS', headers })

        expect(answer.status).toBe(204)
        expect(answer.headers['access-control-allow-origin']).toBe(origin)
        expect(answer.headers['access-control-allow-headers']).toBe('content-type,traceparent')
      })

      it('answers an unknown path with 404 and a wrong method with 405, as problems', async () => {
        const { url } = await served()

        const [unknown, wrong] = [await ask(`${url}/auth/none`), await ask(`${url}/auth/login`)]

        expect([unknown.status, wrong.status]).toEqual([404, 405])
        expect(wrong.headers.allow).toBe('POST, OPTIONS')
        for (const { headers } of [unknown, wrong]) expect(headers['content-type']).toBe('application/problem+json')
      })

      // A parser in front of the auth server waits for the body itself.
      if (!order.parsersFirst) {
        it('answers an unknown path before the body has arrived, and then the next request of the connection', async () => {
          const { url } = await served()
          const { hostname, port } = new URL(url)
          const socket = connect(Number(port), hostname).setEncoding('latin1')
          onTestFinished(() => void socket.destroy())
          const head =
            'POST /auth/none HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n'
          socket.write(head)
          const [first] = await once(socket, 'data')

          socket.write('{}GET /.well-known/jwks.json HTTP/1.1\r\nHost: x\r\n\r\n')
          const [second] = await once(socket, 'data')

          expect([first, second].map((answer) => answer.slice(0, 12))).toEqual(['HTTP/1.1 404', 'HTTP/1.1 200'])
        })
      }

      it.each([
        '/auth/%6de',
        '/auth/./me',
        '/auth/x/../me',
        '/auth/%2e/me',
        '/auth/x/%2E%2e/me',
        '/auth//me',
        '/auth/me/',
      ])('does not serve %s, which a rule of a proxy for /auth/me does not meet', async (target) => {
        const { url } = await served()

        const [other, plain] = [await ask(url, { target }), await ask(url, { target: '/auth/me?from=menu' })]

        expect([other.status, other.headers['content-type']]).toEqual([404, 'application/problem+json'])
        expect(plain.status).toBe(401)
      })

      if (urlErrors === 'auth server') {
        it('answers a request whose Host is none with a problem', async () => {
          const { url } = await served()

          const answer = await ask(`${url}/auth/me`, { headers: { Host: 'a b/c?d' } })

          expect([answer.status, answer.headers['content-type']]).toEqual([400, 'application/problem+json'])
          expect(JSON.parse(answer.body)).toMatchObject({ code: 'invalid_request', status: 400 })
        })
      }

      it('answers in the envelope, with its status: tokens, refusals and bodies that are no JSON', async () => {
        listenToConsole()
        const codes = { refresh: 10415, terminal: 10422, default: 10500 }
        const { url } = await served({ envelope: envelope({ ok: 10200, codes, status: 200 }) })

        const answers = [
          await post(`${url}/auth/login`, { ...ann, transport: 'body' }),
          await post(`${url}/auth/refresh`, { refresh_token: 'none' }),
          await post(`${url}/auth/login`, answersAll ? '{' : '{"a":1,"a":2}'),
          await ask(`${url}/auth/none`),
        ]
        const nobody = await post(`${url}/auth/refresh`, '', { Origin: url })

        expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200])
        expect(answers.map(({ headers }) => headers['cache-control'])).toEqual(Array(4).fill('no-store'))
        expect(answers.map(({ body }) => JSON.parse(body).code)).toEqual([10200, 10422, 10500, 10500])
        expect(JSON.parse(answers[0]!.body).data).toHaveProperty('access_token')
        expect([nobody.status, nobody.body]).toEqual([204, ''])
      })

      it('refuses a body that is too large or no JSON with a problem that no cache keeps and that repeats nothing', async () => {
        const said = listenToConsole()
        const { url } = await served()

        const broken = answersAll ? ['{"password":"hunter2"', '"hunter2"'] : []
        for (const body of [`{"username":"${'x'.repeat(200_000)}"}`, '{"password":7}', ...broken]) {
          const answer = await post(`${url}/auth/login`, body)
          expect(answer.status).toBe(400)
          expect(answer.headers['cache-control']).toBe('no-store')
          expect(JSON.parse(answer.body)).toMatchObject({ code: 'invalid_request' })
          expect(answer.body).not.toContain('hunter2')
          expect(answer.body).not.toContain('xxxx')
        }
        expect(said.join('\n')).not.toMatch(/hunter2|xxxx/)
        expect(said.filter((line) => line.includes('before body parsers'))).toHaveLength(
          order.parsersFirst && answersAll ? 1 : 0,
        )
      })

      it('passes the address of the client on', async () => {
        const { url, store } = await served()

        const { session } = JSON.parse((await post(`${url}/auth/login`, { ...ann, transport: 'body' })).body)

        expect((await store.sessions.find(session.id)).session!.address).toBe('127.0.0.1')
      })

      it('goes on when a client disconnects in the middle of its request', async () => {
        const { url, auth } = await served()
        const { hostname, port } = new URL(url)
        const socket = connect(Number(port), hostname)
        await once(socket, 'connect')
        const head =
          'POST /auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{'
        await new Promise((resolve) => socket.write(head, resolve))

        socket.resetAndDestroy()

        expect((await post(`${url}/auth/login`, { ...ann, transport: 'body' })).status).toBe(200)
        expect(auth.figures()).not.toHaveProperty('error')
      })

      it('streams the feed, and ends the subscription when the reader disconnects', async () => {
        let cancelled = () => {}
        const ended = new Promise<void>((resolve) => {
          cancelled = resolve
        })
        const { url, auth } = await serve((real) =>
          listener(
            { ...real, fetch: async (request, info) => onCancel(await real.fetch(request, info), cancelled) },
            order,
          ),
        )
        const stop = new AbortController()
        const response = await fetch(`${url}/auth/revocations`, { headers: streaming, signal: stop.signal })
        const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader()
        let received = ''
        const until = async (part: string) => {
          while (!received.includes(part)) received += (await reader.read()).value
        }
        await until('"snapshot":true')
        const { session } = await auth.sessions.start({ subject: 'ann' })
        await auth.sessions.end(session.id)
        await until(session.id)

        stop.abort()
        await reader.closed.catch(() => undefined)

        await ended
      })
    },
  )
}

/** Everything that is written to the console from now on, which then stays silent. */
export function listenToConsole(): readonly string[] {
  const said: string[] = []
  for (const level of ['log', 'info', 'warn', 'error', 'debug'] as const) {
    const spy = vi.spyOn(console, level).mockImplementation((...args) => void said.push(inspect(args, { depth: 9 })))
    onTestFinished(() => spy.mockRestore())
  }
  return said
}

/** The same response, which says when nobody reads its body any more. */
function onCancel(response: Response, cancelled: () => void): Response {
  const reader = response.body?.getReader()
  if (!reader) return response
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await reader.read()
      if (done) controller.close()
      else controller.enqueue(value)
    },
    async cancel(reason) {
      await reader.cancel(reason)
      cancelled()
    },
  })
  return new Response(body, response)
}
