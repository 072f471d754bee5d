import { expect, test } from 'vitest'
import { jsonBackend } from '../../src/backend/index.js'
import { responseView } from '../../src/backend/response-view.js'
import type { Environment } from '../../src/environment.js'
import { shape, useBackendWorld } from '../support/backend-world.js'
import { codes } from '../support/strict-backend.js'
import { outcome } from '../support/world.js'

const world = useBackendWorld()
const orders = () => `${world.backend.origin}/orders`

/** JSON of so many characters with the code for an expired token. */
const padded = (length: number) => {
  const empty = JSON.stringify({ code: codes.expired, pad: '' })
  return JSON.stringify({ code: codes.expired, pad: 'x'.repeat(length - empty.length) })
}

test.each([
  ['the code as a number', { code: 10415 }, 1],
  ['the code as text', { code: '10415' }, 1],
  ['code 0', { code: 0 }, 0],
  ['code null', { code: null }, 0],
  ['no code', { data: 10415 }, 0],
  ['a list', [{ code: 10415 }], 0],
  ['null', null, 0],
  ['the code of a fine answer', { code: 10200 }, 0],
  ['the code in 64 kB', padded(65_536), 1],
  ['the code in 64 kB and one byte', padded(65_537), 0],
])('an answer 200 with %s causes so many refreshes', async (_, body, refreshes) => {
  const { client } = await world.openSignedIn()
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  world.backend.script = (path) => (path === '/orders' ? { body: text } : undefined)

  const answer = await client.fetch(orders())

  expect(await answer.text()).toBe(text)
  expect(world.backend.count('/refresh')).toBe(refreshes)
})

test('a file is never read', async () => {
  const { client } = await world.openSignedIn()
  const file = `{"code":10415}${' '.repeat(5_000_000)}`
  const headers = { 'Content-Type': 'application/vnd.ms-excel' }
  world.backend.script = (path) => (path === '/orders' ? { headers, body: file } : undefined)

  const answer = await client.fetch(orders())

  expect((await answer.blob()).size).toBe(file.length)
  expect(world.backend.count('/refresh')).toBe(0)
})

test('JSON that the caller reads as a Blob is judged', async () => {
  const { client } = await world.openSignedIn()
  world.backend.expireAccessTokens()

  const blob = await (await client.fetch(orders())).blob()

  expect(JSON.parse(await blob.text())).toMatchObject({ code: codes.ok })
})

test('an answer with a code for an ended session ends it without a refresh, with the reason', async () => {
  const { client } = await world.openSignedIn()
  world.backend.script = (path) => (path === '/orders' ? { body: { code: codes.invalid } } : undefined)

  const end = await outcome(client.fetch(orders()))

  expect([end, world.backend.count('/refresh')]).toEqual(['SignedOutError refresh_token_invalid', 0])
})

test('a redirect to the sign-in page is judged by `judge`, and otherwise passed on', async () => {
  const judge: Parameters<typeof jsonBackend>[0]['judge'] = ({ status, redirected, contentType, url }) =>
    status === 200 && redirected && contentType === 'text/html' && url.endsWith('/sign-in') ? 'expired' : undefined
  const judging = await world.openSignedIn({ server: world.json({ judge }) })
  let redirects = 0
  world.backend.script = (path) => {
    if (path === '/sign-in') return { headers: { 'Content-Type': 'text/html; charset=utf-8' }, body: '<p>Sign in</p>' }
    return path === '/orders' && redirects-- > 0 ? { status: 302, headers: { Location: '/sign-in' } } : undefined
  }

  redirects = 1
  const judged = await judging.client.fetch(orders())
  const plain = await world.openSignedIn({ server: world.json({ name: 'plain' }) })
  redirects = 1
  const passed = await plain.client.fetch(orders())

  expect([await judged.json(), world.backend.count('/refresh')]).toEqual([expect.objectContaining({ code: 10200 }), 1])
  expect(await passed.text()).toBe('<p>Sign in</p>')
})

test.each([
  ['another field', { field: 'errcode', expired: 7 }, { errcode: '7' }, 'access_token_expired'],
  [
    'a nested field',
    { field: 'error.status', expired: ['a', 'b'] },
    { error: { status: 'b' } },
    'access_token_expired',
  ],
  [
    'a function',
    { field: ({ status }: { status: number }) => status - 200, ended: { 3: 'account_disabled' as const } },
    {},
    'account_disabled',
  ],
])('a code is found in %s', async (_, code, body, expected) => {
  const url = 'http://api.test'
  const { judge } = jsonBackend({ ...shape, url, code }).connect({} as Environment)

  expect((await judge(responseView(Response.json(body, { status: 203 })), url))?.code).toBe(expected)
})

test.each([
  [401, 'access_token_expired'],
  [419, 'access_token_expired'],
  [403, undefined],
])('status %s without a code', async (status, expected) => {
  const url = 'http://api.test'
  const { judge } = jsonBackend({ ...shape, url }).connect({} as Environment)

  expect((await judge(responseView(new Response('no', { status })), url))?.code).toBe(expected)
})

test('an answer without CORS headers signs nobody out, and its error mentions CORS', async () => {
  const tab = await world.openSignedIn()
  const { fetch } = tab.environment
  const error = new TypeError('Failed to fetch')
  // What a browser makes of such an answer; Node knows no CORS.
  const refuse = (request: Request) => (request.url.endsWith('/orders') ? Promise.reject(error) : fetch(request))
  Object.assign(tab.environment, { fetch: refuse })

  const thrown = await tab.client.fetch(orders()).catch((reason) => reason)
  await tab.client.fetch(orders()).catch(() => {})

  expect(thrown).toBe(error)
  expect(thrown.message.match(/CORS/g)).toHaveLength(1)
  expect([tab.client.state, world.backend.count('/refresh')]).toEqual(['active', 0])
})
