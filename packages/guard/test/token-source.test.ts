import { expect, test } from 'vitest'
import { GuardError } from '../src/challenge.js'
import { bearer, cookie, header, query } from '../src/token-source.js'
import { makeGuard, makeKey, makeLogger, now, signToken } from './issuer.js'

const key = makeKey('ES256', 'key')
const keys = key.jwk
const token = signToken(key)

function ask(method: string, headers: Record<string, string | string[]>, url = '/orders') {
  return { method, url, headers }
}

const withCookie = { cookie: `access_token=${token}` }
const guard = makeGuard({ keys, tokens: [cookie('access_token')], origins: ['https://app.example.com'] })

test.each([
  ['a page visit from anywhere', 'GET', { 'sec-fetch-site': 'cross-site' }],
  ['HEAD', 'HEAD', {}],
  ['a POST of the same origin', 'POST', { 'sec-fetch-site': 'same-origin' }],
  ['a POST of a listed origin', 'POST', { 'sec-fetch-site': 'same-site', origin: 'https://app.example.com' }],
  ['a POST of a listed origin without Sec-Fetch-Site', 'POST', { origin: 'https://app.example.com' }],
  ['a DELETE of the same origin', 'DELETE', { 'sec-fetch-site': 'same-origin' }],
])('with a cookie %s passes', async (_title, method, headers) => {
  await expect(guard.check(ask(method, { ...withCookie, ...headers }))).resolves.toMatchObject({ subject: 'user-1' })
})

test.each([
  ['a POST of another site', 'POST', { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' }],
  ['a POST of a sibling domain', 'POST', { 'sec-fetch-site': 'same-site', origin: 'https://evil.example.com' }],
  ['a POST that a person typed', 'POST', { 'sec-fetch-site': 'none' }],
  ['a POST without either header', 'POST', {}],
  ['a POST of a sandboxed page', 'POST', { origin: 'null' }],
  ['a method in lower case', 'get', {}],
  ['the opening of a WebSocket', 'GET', { upgrade: 'websocket', origin: 'https://evil.example' }],
])('with a cookie %s is refused', async (_title, method, headers) => {
  const refused = guard.check(ask(method, { ...withCookie, ...headers }))
  await expect(refused).rejects.toMatchObject({ code: 'origin_refused', status: 403 })
})

test('a header needs no origin, because no page of another site can set it', async () => {
  const both = makeGuard({ keys, tokens: [bearer(), cookie('access_token')] })
  const request = ask('POST', { authorization: `Bearer ${token}`, 'sec-fetch-site': 'cross-site' })
  await expect(both.check(request)).resolves.toMatchObject({ subject: 'user-1' })
})

test('tokens in two places are a bad request that names the places and no token', async () => {
  const both = makeGuard({ keys, tokens: [bearer(), header('accessToken')] })
  const headers = { accesstoken: token, authorization: `Bearer ${token}` }
  const error = await both.check(ask('GET', headers)).catch((e) => e)
  expect(error).toMatchObject({ code: 'invalid_request', status: 400 })
  expect(error.message).toContain('in the Authorization header and another in the header accessToken')
  expect(error.message).not.toContain(token)
})

test('a cookie does not count beside a token that the page has sent, in whatever order they are listed', async () => {
  const expired = signToken(key, { iat: now - 90, exp: now - 60 })
  for (const tokens of [
    [bearer(), cookie('access_token')],
    [cookie('access_token'), bearer()],
  ]) {
    const both = makeGuard({ keys, tokens })
    const current = { authorization: `Bearer ${token}`, cookie: `access_token=${expired}` }
    await expect(both.check(ask('POST', current))).resolves.toMatchObject({ subject: 'user-1' })
    const old = { authorization: `Bearer ${expired}`, ...withCookie }
    await expect(both.check(ask('GET', old))).rejects.toMatchObject({ code: 'access_token_expired' })
  }
})

test('a token in a link beside the cookie of a signed-in person is a bad request', async () => {
  const url = `/orders?access_token=${token}`
  for (const tokens of [
    [query('access_token'), cookie('access_token')],
    [cookie('access_token'), bearer(), query('access_token')],
  ]) {
    const migrating = makeGuard({ keys, tokens, logger: makeLogger().logger })
    const error = await migrating.check(ask('GET', withCookie, url)).catch((e) => e)
    expect(error).toMatchObject({ code: 'invalid_request', status: 400 })
    expect(error.message).toContain('in the query parameter access_token and another in the cookie access_token')
    expect(error.message).not.toContain(token)
    await expect(migrating.check(ask('GET', {}, url))).resolves.toMatchObject({ subject: 'user-1' })
    await expect(migrating.check(ask('GET', withCookie))).resolves.toMatchObject({ subject: 'user-1' })
  }
})

test('tokens in two cookies are a bad request', async () => {
  const both = makeGuard({ keys, tokens: [cookie('access_token'), cookie('download_token')] })
  const refused = both.check(ask('GET', { cookie: `access_token=${token}; download_token=${token}` }))
  await expect(refused).rejects.toMatchObject({ code: 'invalid_request' })
})

test.each([
  ['__Host-access_token', `__Host-access_token=${token}`, 'passed'],
  ['access_token', `Access_Token=${token}`, 'access_token_missing'],
  ['access_token', `my_access_token=${token}`, 'access_token_missing'],
  ['__Host-access_token', `access_token=${token}`, 'access_token_missing'],
  ['__Host-access_token', `\u00a0__Host-access_token=${token}`, 'access_token_missing'],
  ['access_token', 'access_token=', 'access_token_missing'],
  ['access_token', `access_token=${token}; access_token=${token}`, 'invalid_request'],
])('of the cookie %s in %j', async (name, line, verdict) => {
  const outcome = await makeGuard({ keys, tokens: [cookie(name)] })
    .check(ask('GET', { cookie: line }))
    .then(
      () => 'passed',
      (error) => error.code,
    )
  expect(outcome).toBe(verdict)
})

test('cookies that HTTP/2 has split are joined', async () => {
  const request = ask('GET', { cookie: ['theme=dark', `access_token=${token}`] })
  await expect(guard.check(request)).resolves.toMatchObject({ subject: 'user-1' })
})

test('a token in the query counts only where a migration says so, which is logged once and without a token', async () => {
  const { logger, warnings } = makeLogger()
  const url = `/orders?page=2&access_token=${token}`
  await expect(makeGuard({ keys }).check(ask('GET', {}, url))).rejects.toMatchObject({ code: 'access_token_missing' })
  const migrating = makeGuard({ keys, logger, tokens: [bearer(), query('access_token')] })
  await expect(migrating.check(ask('GET', {}, url))).resolves.toMatchObject({ subject: 'user-1' })
  await migrating.check(ask('GET', {}, url), { tokens: [query('access_token')] })
  expect(warnings).toEqual([
    expect.stringContaining('accepted in the query parameter access_token, where logs keep them'),
  ])
})

test.each([
  ['/orders?page=2&access_token=secret', '/orders?page=2'],
  ['//orders?access_token=secret', '//orders'],
  ['https://api.example.com/orders?access_token=secret', 'https://api.example.com/orders'],
  ['*', '*'],
  ['http://256.256.256.256/orders?access_token=secret', 'http://256.256.256.256/orders'],
])('onRefused does not see the token of %s', async (url, shown) => {
  const seen: unknown[] = []
  const tokens = [query('access_token')]
  const migrating = makeGuard({ keys, tokens, onRefused: (_, request) => void seen.push(request?.url) })
  await expect(migrating.check(ask('GET', {}, url))).rejects.toThrow(GuardError)
  expect(seen).toEqual([shown])
})

test.each([
  [() => header('Authorization'), /write bearer\(\)/],
  [() => header('cookie'), /write cookie\('access_token'\)/],
  [() => header('access token'), /^header: must be given a name/],
  [() => cookie('a=b'), /^cookie: must be given a name/],
  [() => query(''), /^query: must be given a name/],
  [() => makeGuard({ keys, tokens: [] }), /^tokens: must be a list of token sources/],
  [() => makeGuard({ keys, tokens: ['cookie' as never] }), /^tokens: must be a list of token sources/],
  [() => makeGuard({ keys, origins: ['https://app.example.com/'] }), /^origins: must be a list of origins/],
  [() => makeGuard({ keys }).route({ maxAuthAge: -1 }), /^maxAuthAge: must be a whole number of seconds/],
  [() => makeGuard({ keys }).route({ optional: 1 as never }), /^optional: must be true or false/],
])('what cannot be is refused at the start (%#)', (make, message) => {
  expect(make).toThrow(message)
})

test('check and verify refuse an optional route, for which they have no answer', async () => {
  const request = ask('GET', { authorization: `Bearer ${token}` })
  const call = makeGuard({ keys })
  await expect(call.check(request, { optional: true })).rejects.toThrow(/call admit\(\)/)
  await expect(call.verify(token, { optional: true })).rejects.toThrow(/call admit\(\)/)
})

test('a request that passes without a principal is counted, and is no refusal', async () => {
  const refused: unknown[] = []
  const call = makeGuard({ keys, onRefused: (error) => void refused.push(error) })
  const { principal, refusal } = await call.admit(ask('GET', {}), { optional: true })
  expect([principal, refusal?.code]).toEqual([undefined, 'access_token_missing'])
  expect(call.figures()).toMatchObject({ anonymous: 1, verified: 0, refused: {} })
  expect(refused).toEqual([])
})

test.each([
  ['a sign-in at the limit', { auth_time: now - 305 }, 'passed'],
  ['one a second older', { auth_time: now - 306 }, 'step_up_required'],
  ['a token that does not state it', { auth_time: undefined }, 'step_up_required'],
])('of a route with maxAuthAge, for %s', async (_title, claims, verdict) => {
  const outcome = await makeGuard({ keys })
    .verify(signToken(key, claims), { maxAuthAge: 300 })
    .then(
      () => 'passed',
      (error) => error.code,
    )
  expect(outcome).toBe(verdict)
})
