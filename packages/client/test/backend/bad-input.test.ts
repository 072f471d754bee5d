import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import {
  type BackendDefinition,
  defineBackend,
  field,
  jsonBackend,
  SessionEndedError,
} from '../../src/backend/index.js'
import { createClient } from '../../src/index.js'
import { shape, useBackendWorld } from '../support/backend-world.js'
import { ann, outcome, until } from '../support/world.js'

const world = useBackendWorld()
const orders = () => `${world.backend.origin}/orders`
const tokens = { accessToken: 'access-1', refreshToken: 'refresh-1' }
const fine: BackendDefinition = { name: 'shop', signIn: async () => tokens, refresh: async () => tokens }

beforeEach(() => void vi.spyOn(console, 'warn').mockImplementation(() => {}))
afterEach(() => void vi.restoreAllMocks())

test.each([
  [{ signIn: undefined }, '`signIn` must be a function that returns tokens.'],
  [{ refresh: 1 }, '`refresh` must be a function that returns the next tokens.'],
  [{ name: '' }, '`name` must be a name such as `example`.'],
  [{ signOut: 'x' }, '`signOut` must be a function, or left out.'],
  [{ origins: ['https://api.example.com/v1'] }, '`origins` must be a list of origins: https://api.example.com.'],
  [{ endpoints: ['/refresh'] }, '`endpoints` must be a list of URLs.'],
  [{ signout: async () => {} }, 'unknown option `signout`; did you mean `signOut`?'],
])('defineBackend refuses %j', (change, sentence) => {
  expect(() => defineBackend({ ...fine, ...change } as never)).toThrow(new TypeError(`defineBackend: ${sentence}`))
})

test.each([
  [{ refresh: 'refresh' }, '`refresh` must be a path such as `/refresh` or `GET /refresh`.'],
  [{ url: 'api.example.com' }, '`url` must be a URL such as https://api.example.com/v1, or a path such as /api.'],
  [{ tokens: undefined }, '`tokens.accessToken` must be a path such as `data.accessToken`, or a function of the body.'],
  [
    { tokens: { accessToken: 'a', refreshtoken: 'b' } },
    'unknown option `tokens.refreshtoken`; did you mean `tokens.refreshToken`?',
  ],
  [
    { tokens: { accessToken: 'a' } },
    '`tokens.refreshToken` must be a path, unless the refresh token is in a `cookie()`.',
  ],
  [
    { code: { ended: { 1: 'kicked' } } },
    expect.stringContaining('`code.ended.1` must be one of refresh_token_reused,'),
  ],
  [{ refreshToken: field('refreshToken') }, '`refreshToken` must be in a header where the refresh is a GET.'],
  [{ accessToken: 'accessToken' }, "`accessToken` must be `bearer()` or `header('accessToken')`."],
])('jsonBackend refuses %j', (change, sentence) => {
  const message = (() => {
    try {
      jsonBackend({ ...shape, ...change } as never)
      return 'nothing'
    } catch (error) {
      return (error as Error).message.replace('jsonBackend: ', '')
    }
  })()

  expect(message).toEqual(sentence)
})

test('createClient rejects a `server` object that is not from defineBackend or jsonBackend', () => {
  expect(() => createClient({ server: fine as never })).toThrow('`server` must be an http(s) origin')
})

test.each([
  ['no access token', { body: { code: 10200, data: {} } }, 'brought no access token'],
  [
    'a page of its own',
    { headers: { 'Content-Type': 'text/html' }, body: '<p>Wifi</p>' },
    'answered 200 with text/html instead of JSON',
  ],
  ['nothing', { body: '' }, 'brought no access token'],
  [
    'a token that no header can carry',
    { body: { code: 10200, data: { accessToken: 'a\nb' } } },
    'brought no access token',
  ],
  ['a code that nobody listed', { body: { code: 10500 } }, 'GET /refresh answered 200 with code 10500.'],
])(
  'a refresh that is answered with %s degrades and says so, three times in half a minute',
  async (_, answer, sentence) => {
    const tab = await world.openSignedIn()
    world.backend.expireAccessTokens()
    world.backend.script = (path) => (path === '/refresh' ? answer : undefined)

    const error = await tab.client.fetch(orders()).catch((reason) => reason)
    for (let second = 1; second < 30; second++) {
      tab.pass(1000)
      await outcome(tab.client.fetch(orders()))
    }

    expect([error.name, error.cause.message]).toEqual(['RefreshUnavailableError', expect.stringContaining(sentence)])
    expect(tab.client.state).toBe('degraded')
    expect(world.backend.count('/refresh')).toBe(3)
  },
)

test.each([
  [
    'no access token',
    { code: 10200, data: {} },
    'POST /login answered 200 with code 10200, but brought no access token at `data.accessToken`. It has: code, data.',
  ],
  [
    'no refresh token',
    { code: 10200, data: { accessToken: 'a' } },
    '`signIn` of the backend X brought no refresh token.',
  ],
  ['HTML', '<p>', 'POST /login answered 200 with application/json instead of JSON.'],
])('a sign-in that is answered with %s fails in words', async (_, body, sentence) => {
  world.backend.script = () => ({ body })
  const { client } = world.open({ server: world.json({ name: 'X' }) })

  const error = await client.signIn(ann).catch((reason) => reason)

  expect([error.name, error.cause.message]).toEqual(['SignInError', sentence])
  expect(error.message).toContain(sentence)
  await until(() => client.state === 'anonymous')
})

test.each([0, -1, Number.NaN, 315_360_000, 'soon'])(
  'a lifetime of %s is reported once and ignored',
  async (expiresIn) => {
    const refresh = vi.fn(async () => ({ ...tokens, expiresIn }))
    const server = defineBackend({ ...fine, name: `with ${expiresIn}`, signIn: refresh, refresh })
    const tab = world.open({ server })
    await tab.client.signIn(ann)

    for (let n = 0; n < 30; n++) {
      tab.pass(1000)
      await tab.client.token()
    }

    expect(refresh).toHaveBeenCalledTimes(1)
    expect(vi.mocked(console.warn).mock.calls).toEqual([[expect.stringContaining('`expiresIn` must be seconds')]])
    expect(tab.client.state).toBe('active')
  },
)

test('a lifetime of a tenth of a second does not refresh in a loop', async () => {
  const refresh = vi.fn(async () => ({ ...tokens, expiresIn: 0.1 }))
  const tab = world.open({ server: defineBackend({ ...fine, signIn: refresh, refresh }) })
  await tab.client.signIn(ann)

  for (let n = 0; n < 60; n++) {
    tab.pass(500)
    await tab.client.token()
    await new Promise((resolve) => setTimeout(resolve, 5))
  }

  expect(refresh.mock.calls.length).toBeLessThanOrEqual(3)
})

test('the lifetime of a JWT counts from its arrival, whatever the clocks say', async () => {
  const payload = { sub: 'ann', iat: 1_000_000, exp: 1_000_600 }
  const accessToken = `x.${Buffer.from(JSON.stringify(payload)).toString('base64url')}.x`
  const refresh = vi.fn(async () => ({ ...tokens, accessToken }))
  const tab = world.open({ server: defineBackend({ ...fine, signIn: refresh, refresh }) })
  await tab.client.signIn(ann)

  tab.pass(400_000)
  await tab.client.token()
  const before = refresh.mock.calls.length
  tab.pass(250_000)
  await tab.client.token()

  expect([before, refresh.mock.calls.length]).toEqual([1, 2])
})

test.each([
  ['throws', async () => Promise.reject(new Error('no such table')), 'no such table'],
  ['returns nothing', async () => undefined, '`refresh` of the backend shop brought no access token.'],
  ['is no promise and throws', () => JSON.parse('<'), 'JSON'],
  ['never settles', () => new Promise(() => {}), '`refresh` of the backend shop had no answer in time.'],
])('a refresh that %s degrades, and its words are kept', async (_, refresh, words) => {
  const tab = world.open({ server: defineBackend({ ...fine, refresh: refresh as never }) })
  await tab.client.signIn(ann)

  const error = await tab.client.token({ refused: tokens.accessToken }).catch((reason) => reason)

  expect([error.name, error.cause.message]).toEqual(['RefreshUnavailableError', expect.stringContaining(words)])
  expect(tab.client.state).toBe('degraded')
})

test('a refresh that throws a permanent error is called three times in half a minute', async () => {
  const refresh = vi.fn(async () => Promise.reject(new Error('no such table')))
  const tab = world.open({ server: defineBackend({ ...fine, refresh }) })
  await tab.client.signIn(ann)

  await outcome(tab.client.token({ refused: tokens.accessToken }))
  for (let second = 1; second < 30; second++) {
    tab.pass(1000)
    await outcome(tab.client.token())
  }

  expect(refresh).toHaveBeenCalledTimes(3)
})

test('a refresh that throws SessionEndedError ends the session with its reason', async () => {
  const refresh = async () => {
    throw new SessionEndedError('account_disabled')
  }
  const { client } = world.open({ server: defineBackend({ ...fine, refresh }) })
  await client.signIn(ann)

  expect(await outcome(client.token({ refused: tokens.accessToken }))).toBe('SignedOutError account_disabled')
})

test.each([
  ['401', { status: 401, body: { code: 10415 } }, 'SignOutError'],
  ['the code of an ended session', { body: { code: 10422 } }, 'resolved'],
  ['HTML', { headers: { 'Content-Type': 'text/html' }, body: '<p>' }, 'SignOutError'],
  ['nothing', { body: '' }, 'resolved'],
  ['no answer', { hang: true }, 'SignOutError'],
])('a sign-out that is answered with %s is sent once, and nobody is signed in', async (_, answer, expected) => {
  const { client } = await world.openSignedIn()
  world.backend.script = (path) => (path === '/logout' ? answer : undefined)

  const signingOut = outcome(client.signOut())
  const state = client.state
  const end = await signingOut

  expect([state, end, client.state]).toEqual(['anonymous', expected, 'anonymous'])
  expect(world.backend.count('/logout')).toBe(1)
  expect(world.backend.count('/refresh')).toBe(0)
})
