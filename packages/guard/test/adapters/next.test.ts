import { describe, expect, test } from 'vitest'
import { getAuth, protect, type WithAuth } from '../../src/adapters/next.js'
import { GuardError } from '../../src/challenge.js'
import { cookie } from '../../src/token-source.js'
import { makeGuard, makeKey, signToken } from '../issuer.js'
import { earlier, routes, testAdapter } from './conformance.js'
import { serveHandlers } from './fetch-server.js'

const headers = { 'cache-control': earlier['cache-control'] }
const empty = async () => new Response(null, { headers })

testAdapter('Next, route handlers', (guard) => {
  const handlers = {
    '/orders': protect(guard, routes['/orders'], (_, { auth }) =>
      Response.json({ subject: auth.subject }, { headers }),
    ),
    '/echo': protect(guard, routes['/echo'], (request) => new Response(request.body, { headers })),
    '/admin': protect(guard, routes['/admin'], empty),
    '/strict': protect(guard, routes['/strict'], empty),
    '/recent': protect(guard, routes['/recent'], empty),
    '/public': protect(guard, routes['/public'], (_, { auth, authError }) =>
      Response.json({ subject: auth?.subject ?? null, reason: authError?.code ?? null }, { headers }),
    ),
    '/elsewhere': protect(guard, routes['/elsewhere'], (_, { auth }) => Response.json({ subject: auth.subject })),
    '/broken': protect(guard, routes['/broken'], () => {
      throw new Error('broken')
    }),
  }
  return serveHandlers(handlers as never)
})

const key = makeKey('ES256', 'key')
const guard = makeGuard({ keys: key.jwk })
const token = signToken(key)
const request = () => new Request('https://shop.example/orders', { headers: { authorization: `Bearer ${token}` } })

describe('protect', () => {
  test('the handler has the parameters of its path beside the principal', async () => {
    const handler = protect(guard, {}, async (_: Request, context: WithAuth & { params: Promise<{ id: string }> }) =>
      Response.json([(await context.params).id, context.auth]),
    )
    const response = await handler(request(), { params: Promise.resolve({ id: '7' }) })
    expect(await response.json()).toMatchObject(['7', { subject: 'user-1' }])
  })

  test('an answer is not cacheable unless the handler sets Cache-Control', async () => {
    const own = { 'cache-control': 'private, max-age=60' }
    const plain = await protect(guard, {}, () => Response.json(1))(request(), {})
    const chosen = await protect(guard, {}, () => Response.json(1, { headers: own }))(request(), {})
    const refused = await protect(guard, {}, () => Response.json(1))(new Request('https://shop.example'), {})
    expect([plain, chosen, refused].map((response) => response.headers.get('cache-control'))).toEqual([
      'private, no-store',
      'private, max-age=60',
      'no-store',
    ])
  })

  test('a handler may return what fetch has returned, whose headers cannot be changed', async () => {
    const response = await protect(guard, {}, () => fetch('data:text/plain,hello'))(request(), {})
    expect(await response.text()).toBe('hello')
    expect(response.headers.get('cache-control')).toBe('private, no-store')
  })

  test('an invalid option is rejected before the first request', () => {
    expect(() => protect(guard, { scope: '"' }, () => Response.json(1))).toThrow(/^scope: /)
    expect(() => protect(guard, {}, undefined as never)).toThrow(/^handler: must be a function/)
  })
})

describe('getAuth', () => {
  const inCookie = { tokens: [cookie('access_token')] }
  const withCookie = (more: Record<string, string> = {}) => new Headers({ cookie: `access_token=${token}`, ...more })

  test('a component has its principal from the headers of the page visit', async () => {
    expect(await getAuth(guard, withCookie(), inCookie)).toMatchObject({ subject: 'user-1' })
  })

  test('a component without a token gets nothing, and one that is optional gets the reason', async () => {
    await expect(getAuth(guard, new Headers())).rejects.toThrow(GuardError)
    expect(await getAuth(guard, new Headers(), { optional: true })).toMatchObject({
      principal: undefined,
      refusal: { code: 'access_token_missing' },
    })
  })

  test.each([{ 'next-action': 'x' }, { 'content-type': 'multipart/form-data; boundary=x' }])(
    'an action counts as a request that changes something, so a page of another site cannot call it: %j',
    async (action) => {
      await expect(getAuth(guard, withCookie({ ...action }), inCookie)).rejects.toMatchObject({
        code: 'origin_refused',
      })
      expect(await getAuth(guard, withCookie({ ...action, 'sec-fetch-site': 'same-origin' }), inCookie)).toMatchObject({
        subject: 'user-1',
      })
    },
  )

  test('headers that somebody forgot to await are refused in words', async () => {
    await expect(getAuth(guard, Promise.resolve(new Headers()) as never)).rejects.toThrow('write await headers()')
  })
})
