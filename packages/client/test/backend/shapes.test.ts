import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { bearer, cookie, field, header, type JsonBackendOptions, jsonBackend } from '../../src/backend/index.js'
import { createClient, type Environment } from '../../src/index.js'
import { TestBrowser } from '../support/browser.js'
import { ann, fast, outcome, until } from '../support/world.js'

interface Sent {
  readonly line: string
  readonly headers: Headers
  readonly body: string
  readonly credentials: RequestCredentials
}

let browser: TestBrowser
beforeEach(() => {
  browser = new TestBrowser()
})
afterEach(() => browser.close())

/** A tab whose requests are answered here, one after another; a status alone has no body. */
function openWith(options: Partial<JsonBackendOptions>, answers: (object | number)[]) {
  const sent: Sent[] = []
  const server = jsonBackend({
    url: 'https://api.test/v1/',
    signIn: '/login',
    refresh: '/refresh',
    signOut: '/logout',
    tokens: { accessToken: 'token', refreshToken: 'next' },
    ...options,
  })
  const tab = browser.open({ server, timeouts: fast, patience: 0 })
  const answerOne = async (request: Request) => {
    const { method, url, headers, credentials } = request
    sent.push({ line: `${method} ${new URL(url).pathname}`, headers, body: await request.text(), credentials })
    const answer = answers.shift() ?? {}
    return typeof answer === 'number' ? new Response(null, { status: answer }) : Response.json(answer)
  }
  ;(tab.environment as { fetch: Environment['fetch'] }).fetch = answerOne
  return { client: tab.client, sent }
}

const get = 'https://api.test/v1/orders'
const first = { token: 'a1', next: 'r1' }
const second = { token: 'a2', next: 'r2' }

test.each([
  ['bearer()', { accessToken: bearer() }, 'Authorization', 'Bearer a1'],
  ["header('X-Token')", { accessToken: header('X-Token') }, 'X-Token', 'a1'],
  [
    "header('Authorization', 'Token ')",
    { accessToken: header('Authorization', 'Token ') },
    'Authorization',
    'Token a1',
  ],
])('an access token travels by %s', async (_, options, name, value) => {
  const { client, sent } = openWith(options, [first])
  await client.signIn(ann)
  await client.fetch(get)

  expect(sent[1]!.headers.get(name)).toBe(value)
})

test.each([
  [
    "field('refresh_token')",
    { refreshToken: field('refresh_token') },
    ['POST /v1/refresh', '{"refresh_token":"r1"}', null],
  ],
  ['bearer() and GET', { refreshToken: bearer(), refresh: 'GET /refresh' }, ['GET /v1/refresh', '', 'Bearer r1']],
] as const)('a refresh token travels by %s', async (_, options, expected) => {
  const { client, sent } = openWith(options, [first, 401, second])
  await client.signIn(ann)
  const answer = await client.fetch(get)

  const { line, body, headers } = sent[2]!
  expect([answer.status, [line, body, headers.get('Authorization')]]).toEqual([200, expected])
  expect(sent[3]!.headers.get('Authorization')).toBe('Bearer a2')
})

test('with the refresh token in a cookie, the client never sees it, and a page that opens refreshes', async () => {
  const tokens = { accessToken: 'token', subject: 'id' }
  const { client, sent } = openWith({ refreshToken: cookie(), tokens }, [
    { token: 'a0', id: 7 },
    401,
    { token: 'a1', id: 7 },
  ])

  await until(() => client.state === 'active')
  const answer = await client.fetch(get)

  expect(answer.status).toBe(200)
  expect(sent.map(({ line, credentials }) => `${line} ${credentials}`)).toEqual([
    'POST /v1/refresh include',
    'GET /v1/orders same-origin',
    'POST /v1/refresh include',
    'GET /v1/orders same-origin',
  ])
})

test('an ended session in a cookie is found out with one refresh', async () => {
  const tokens = { accessToken: 'token' }
  const { client, sent } = openWith({ refreshToken: cookie(), tokens }, [401, { token: 'a0' }, 401, 401])
  await until(() => client.state === 'anonymous')
  await client.signIn(ann)

  expect(await outcome(client.fetch(get))).toBe('SignedOutError refresh_token_invalid')
  expect(sent.filter(({ line }) => line === 'POST /v1/refresh')).toHaveLength(2)
})

test('a refresh token that does not change is used again', async () => {
  const { client, sent } = openWith({}, [first, 401, { token: 'a2' }, {}, 401, { token: 'a3' }])
  await client.signIn(ann)
  await client.fetch(get)
  await client.fetch(get)

  const refreshes = sent.filter(({ line }) => line === 'POST /v1/refresh')
  expect(refreshes.map(({ body }) => body)).toEqual(Array(2).fill('{"refreshToken":"r1"}'))
})

test('tokens are found by functions, in headers too, and a lifetime in milliseconds is divided', async () => {
  const read: JsonBackendOptions['tokens'] = {
    accessToken: (body: { items: string[] }) => body.items[0]!,
    refreshToken: (_: unknown, headers: Headers) => headers.get('Content-Type') ?? undefined,
    expiresIn: (body: { ttl: number }) => body.ttl / 1000,
  }
  const { client } = openWith({ tokens: read }, [{ items: ['a1'], ttl: 600_000 }])
  await client.signIn(ann)

  expect(await client.token()).toBe('a1')
})

test('a sign-in can have other fields than a name and a password', async () => {
  const answer = vi.fn(async () => Response.json(first))
  const server = jsonBackend({
    url: 'https://sms.test',
    signIn: '/sms',
    refresh: '/r',
    tokens: { accessToken: 'token', refreshToken: 'next' },
  })
  const { environment } = browser.open({ server, timeouts: fast })
  const client = createClient<{ name: string }, { phone: string; code: string }>({
    server,
    environment: { ...environment, page: undefined, fetch: answer },
  })

  await client.signIn({ phone: '13800000000', code: '1234' })

  expect(answer).toHaveBeenCalledTimes(1)
})

test('the functions of the documentation sign in, refresh, replay and learn of the end', async () => {
  const answers = new Map<string, () => Response>([
    ['POST /tokens', () => Response.json({ access: 'a1', refresh: 'r1', person: { id: 7 } })],
    ['GET /tokens/next', () => Response.json({ access: 'a2', refresh: 'r2' })],
  ])
  const sent: string[] = []
  vi.stubGlobal('fetch', async (request: Request) => {
    const line = `${request.method} ${new URL(request.url).pathname}`
    const token = request.headers.get('Authorization') ?? request.headers.get('X-Refresh') ?? ''
    sent.push(`${line} ${token}`.trim())
    const expired = line === 'GET /orders' && token === 'Bearer a1'
    return expired ? Response.json({ error: 'token_expired' }) : (answers.get(line)?.() ?? Response.json({}))
  })
  const { client } = await import('../../../../examples/own-backend/functions.js')

  const user = await client.signIn(ann)
  await client.fetch('https://api.example.com/orders')
  answers.set('GET /tokens/next', () => new Response(null, { status: 410 }))
  const end = await outcome(client.token({ refused: await client.token() }))
  vi.unstubAllGlobals()

  expect([user, end]).toEqual([{ id: 7 }, 'SignedOutError refresh_token_expired'])
  expect(sent).toEqual([
    'POST /tokens',
    'GET /orders Bearer a1',
    'GET /tokens/next r1',
    'GET /orders Bearer a2',
    'GET /tokens/next r2',
  ])
})
