import { chineseMessages, envelope, tokenAnswerFromWire } from '@sessionward/protocol'
import { describe, expect, it } from 'vitest'
import { testServer } from '../harness/auth-server.js'
import { Browser } from '../harness/browser.js'
import { passwordOf } from '../harness/people.js'
import { guardCredential } from '../harness/secrets.js'

const own = 'https://auth.example.com'
const business = envelope({
  ok: 10200,
  codes: { refresh: 10415, terminal: 10422, session_replaced: 10409, service_unavailable: 10503, default: 10500 },
  status: 200,
  messages: chineseMessages,
})

/** What a front end reads that knows nothing of Sessionward. */
interface Foreign {
  readonly code: number
  readonly message: string
  readonly data: Record<string, unknown> | null
}

function start(options: Parameters<typeof testServer>[0] = {}) {
  const server = testServer({ envelope: business, ...options })
  const browser = new Browser(server.auth)
  const read = async (response: Response): Promise<Foreign> => {
    expect([response.status, response.headers.get('Content-Type')]).toEqual([200, 'application/json'])
    expect(response.headers.get('Cache-Control')).toBe('no-store')
    return (await response.json()) as Foreign
  }
  const get = (path: string, headers = {}) => server.auth.fetch(new Request(own + path, { headers }))
  return {
    ...server,
    browser,
    get,
    post: async (path: string, body?: unknown, headers = {}) => read(await browser.post(path, body, headers)),
    ask: async (path: string, headers = {}) => read(await get(path, headers)),
    signIn: async () => {
      const body = { username: 'ann', password: passwordOf('ann'), transport: 'body' }
      const { data } = await read(await browser.post('/auth/login', body))
      return { session: tokenAnswerFromWire(data)!.session, tokens: tokenAnswerFromWire(data)! }
    },
  }
}

describe('a front end that reads only code, message and data', () => {
  it('signs in, refreshes, reads the profile and signs out', async () => {
    const { post, ask, signIn, browser } = start()

    const { tokens, session } = await signIn()
    const refreshed = await post('/auth/refresh', { refresh_token: tokens.refreshToken })
    const me = await ask('/auth/me', { Authorization: `Bearer ${tokens.accessToken}` })
    const out = await browser.post('/auth/logout', { refresh_token: tokenAnswerFromWire(refreshed.data)!.refreshToken })

    expect(refreshed).toMatchObject({ code: 10200, message: '成功', data: { session: { id: session.id } } })
    expect(me).toEqual({ code: 10200, message: '成功', data: { subject: 'ann' } })
    expect([out.status, await out.text()]).toEqual([204, ''])
  })

  it('gets the cookies of a sign-in as before', async () => {
    const { post, browser } = start()

    const signedIn = await post('/auth/login', { username: 'ann', password: passwordOf('ann') })

    expect(signedIn.code).toBe(10200)
    expect(browser.jar.size).toBe(1)
    expect((await post('/auth/refresh')).code).toBe(10200)
  })

  it('registers an account, and learns that the name is taken', async () => {
    const { post } = start({ directory: undefined as never, registration: 'open' })
    const account = { username: 'carol', password: 'a long password of carol' }

    const created = await post('/auth/register', account)

    expect(created).toMatchObject({ code: 10200, data: { user: expect.any(Object) } })
    expect(await post('/auth/register', account)).toMatchObject({ code: 10500, message: '用户名已被占用。' })
  })

  it('learns why a refresh is refused, by its number', async () => {
    const { post, signIn, auth } = start()
    const { tokens, session } = await signIn()
    await auth.sessions.end(session.id, 'session_replaced')

    const replaced = await post('/auth/refresh', { refresh_token: tokens.refreshToken })
    const invalid = await post('/auth/refresh', { refresh_token: 'none' })

    expect([replaced.code, replaced.message, replaced.data]).toEqual([10409, '您的账号已在其他地方登录。', null])
    expect([invalid.code, invalid.data]).toEqual([10422, null])
  })

  it('learns of a wrong password, a missing token, an unknown path and a wrong method', async () => {
    const { post, ask } = start()

    const refusals = [
      await post('/auth/login', { username: 'ann', password: 'wrong', transport: 'body' }),
      await ask('/auth/me'),
      await ask('/auth/none'),
      await ask('/auth/login'),
    ]

    expect(refusals.map(({ code }) => code)).toEqual([10500, 10415, 10500, 10500])
  })

  it('learns that the server is unavailable, and when to come back', async () => {
    const { browser, signIn, stored } = start()
    const { tokens } = await signIn()
    stored.away = true

    const response = await browser.post('/auth/refresh', { refresh_token: tokens.refreshToken })

    expect([response.status, response.headers.get('Retry-After')]).toEqual([200, '1'])
    expect(await response.json()).toMatchObject({ code: 10503, problem: { status: 503, verdict: 'retry' } })
  })

  it('gets 204 where nobody is signed in, as every page does', async () => {
    const { browser } = start()

    expect((await browser.post('/auth/refresh')).status).toBe(204)
  })
})

it('a refusal keeps its problem, its challenge and what a page of another origin may read', async () => {
  const { browser, get } = start()

  const signIn = await browser.post('/auth/login', { username: 'ann', password: 'wrong' })
  const me = await get('/auth/me')

  expect(await signIn.json()).toMatchObject({
    problem: { code: 'invalid_credentials', verdict: 'fix', status: 401, type: expect.stringContaining('urn:') },
  })
  expect(signIn.headers.get('WWW-Authenticate')).toBe('Sessionward')
  expect(signIn.headers.get('Access-Control-Expose-Headers')).toContain('WWW-Authenticate')
  expect(me.headers.get('WWW-Authenticate')).toBe('Bearer')
})

it('a refused refresh still clears the cookie that was refused', async () => {
  const { post, browser, auth } = start()
  const { data } = await post('/auth/login', { username: 'ann', password: passwordOf('ann') })
  await auth.sessions.end(tokenAnswerFromWire(data)!.session.id)

  expect((await post('/auth/refresh')).code).toBe(10422)
  expect(browser.jar.size).toBe(0)
})

it('keys, metadata, health and the revocation feed stay as machines read them', async () => {
  const { get } = start()
  const bearer = { Authorization: `Bearer ${guardCredential}` }

  const [jwks, metadata, health, ready, feed, refused, stream] = [
    await get('/.well-known/jwks.json'),
    await get('/.well-known/oauth-authorization-server'),
    await get('/healthz'),
    await get('/readyz'),
    await get('/auth/revocations', bearer),
    await get('/auth/revocations'),
    await get('/auth/revocations', { ...bearer, Accept: 'text/event-stream' }),
  ]

  expect(await jwks.json()).toHaveProperty('keys')
  expect(await metadata.json()).toHaveProperty('issuer')
  expect(await health.json()).toEqual({ status: 'ok' })
  expect(await ready.json()).toEqual({ status: 'ready' })
  expect(await feed.json()).toMatchObject({ version: 1, snapshot: true })
  expect([refused.status, await refused.json()]).toEqual([401, expect.objectContaining({ code: 'invalid_client' })])
  expect([stream.status, stream.headers.get('Content-Type')]).toEqual([200, 'text/event-stream'])
  await stream.body!.cancel()
})

it('another base path is enveloped as well, and what is beside it is not', async () => {
  const { get, ask } = start({ basePath: '/api/auth' })

  expect((await ask('/api/auth/me')).code).toBe(10415)
  expect((await get('/auth/me')).status).toBe(404)
})

it('the status and the strings of an existing system are kept as configured', async () => {
  const codes = { refresh: '10415', terminal: '10422', default: 'E500' }
  const { get } = start({ envelope: envelope({ ok: '0', codes, fields: { code: 'errcode', message: 'errmsg' } }) })

  const response = await get('/auth/me')

  expect(response.status).toBe(401)
  expect(await response.json()).toMatchObject({ errcode: '10415', errmsg: 'This request needs an access token.' })
})

it('typed calls answer as before', async () => {
  const { auth } = start()

  const { session } = await auth.sessions.start({ subject: 'ann' })

  expect((await auth.sessions.list({ subject: 'ann' })).map(({ id }) => id)).toEqual([session.id])
})
