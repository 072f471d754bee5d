import { request as httpRequest, type IncomingHttpHeaders } from 'node:http'
import { envelope, problem, type RevocationMessage } from '@sessionward/protocol'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { GuardOptions } from '../../src/config.js'
import type { Guard } from '../../src/guard.js'
import type { RevocationSource } from '../../src/revocation/source.js'
import type { RouteOptions } from '../../src/route.js'
import { cookie, header } from '../../src/token-source.js'
import { goodClaims, makeGuard, makeKey, makeLogger, now, signToken } from '../issuer.js'

/** What the framework under test has to serve, each behind `protect`. Headers of {@link earlier} are set before it. */
export const routes = {
  /** GET: `{ subject }` as JSON. Any method reaches the guard. */
  '/orders': { scope: 'orders' },
  /** POST: the body as it came. */
  '/echo': {},
  /** GET: never reached. */
  '/admin': { scope: 'admin' },
  /** GET: an empty answer. */
  '/strict': { staleness: { after: 30, then: 'deny' } },
  /** GET: an empty answer. */
  '/recent': { maxAuthAge: 300 },
  /** GET: `{ subject, reason }` as JSON: the principal's subject or null, and the code of `authError` or null. */
  '/public': { optional: true, scope: 'orders' },
  /** GET and POST: `{ subject }` as JSON. */
  '/elsewhere': { tokens: [header('accessToken'), cookie('access_token')] },
  /** GET: the handler throws an Error `broken`. */
  '/broken': {},
} as const satisfies Record<string, RouteOptions>

/** Set by middleware before the guard, at every path; a path below `/cors` has its preflights answered with 204 there. */
export const earlier = {
  'x-earlier': 'kept',
  'access-control-expose-headers': 'X-Total',
  'cache-control': 'public, max-age=60',
} as const

/** Serves the routes on loopback. An unexpected error is answered with 500. */
export type Serve = (guard: Guard) => Promise<{ readonly url: string; close(): void }>

interface Asked {
  readonly method?: string
  readonly headers?: object
  readonly body?: string
  readonly query?: string
}

interface Answer {
  readonly status: number | undefined
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

const key = makeKey('ES256', 'key')
const token = signToken(key)
const bearer = { authorization: `Bearer ${token}` }

/** The cases that every adapter passes. */
export function testAdapter(name: string, serve: Serve): void {
  /** Asks as a plain client does that follows nothing and hides nothing. */
  async function ask(
    guard: Guard,
    path: keyof typeof routes | '/cors/orders',
    { method = 'GET', headers = {}, body = '', query = '' }: Asked = {},
  ): Promise<Answer> {
    const { url, close } = await serve(guard)
    onTestFinished(close)
    return new Promise((resolve, reject) => {
      const request = httpRequest(url + path + query, { method, headers: { ...headers } }, async (response) => {
        let text = ''
        for await (const chunk of response.setEncoding('utf8')) text += chunk
        resolve({ status: response.statusCode, headers: response.headers, body: text })
      })
      request.on('error', reject)
      request.end(body)
    })
  }

  const withKeys = (options: Partial<GuardOptions> = {}) => makeGuard({ keys: key.jwk, feed: source(), ...options })

  describe(name, () => {
    test('a request that may pass reaches the handler, which knows the subject', async () => {
      const answer = await ask(withKeys(), '/orders', { headers: bearer })
      expect(answer).toMatchObject({ status: 200, headers: earlier })
      expect(JSON.parse(answer.body)).toEqual({ subject: 'user-1' })
      expect(answer.headers['www-authenticate']).toBeUndefined()
    })

    test('a request without a token is challenged with a problem that is not cached', async () => {
      const answer = await ask(withKeys(), '/orders')
      expect(answer).toMatchObject({
        status: 401,
        headers: {
          'www-authenticate': 'Bearer',
          'content-type': 'application/problem+json',
          'cache-control': 'no-store',
          'x-earlier': 'kept',
        },
      })
      expect(JSON.parse(answer.body)).toMatchObject({ code: 'access_token_missing', verdict: 'refresh', status: 401 })
    })

    test('a page of another origin may read the challenge, and what the application exposes', async () => {
      const answer = await ask(withKeys(), '/orders', { headers: { origin: 'https://app.example.com' } })
      expect(answer.headers['access-control-expose-headers']).toBe('X-Total, WWW-Authenticate')
    })

    test.each([
      ['an expired token', { exp: now - 5, iat: now - 60 }, 'access_token_expired'],
      ['a token for somebody else', { aud: 'stock' }, 'access_token_invalid'],
      ['a token of a revoked session', { sid: 'revoked' }, 'signed_out'],
    ])('%s is refused with its code', async (_title, claims, code) => {
      const headers = { authorization: `Bearer ${signToken(key, claims)}` }
      const answer = await ask(withKeys(), '/orders', { headers })
      expect(answer.status).toBe(401)
      expect(answer.headers['www-authenticate']).toContain(`Bearer error="invalid_token", code="${code}"`)
      expect(JSON.parse(answer.body)).toMatchObject({ code })
    })

    test('a forged token is refused', async () => {
      const headers = { authorization: `Bearer ${signToken(makeKey('ES256', 'key'))}` }
      expect(await ask(withKeys(), '/orders', { headers })).toMatchObject({ status: 401 })
    })

    test('a token without the scope is forbidden, and the challenge names the scope', async () => {
      const answer = await ask(withKeys(), '/admin', { headers: bearer })
      expect(answer.status).toBe(403)
      expect(answer.headers['www-authenticate']).toContain('scope="admin"')
    })

    test('a sign-in that is too old for the route is answered as RFC 9470 says', async () => {
      expect(await ask(withKeys(), '/recent', { headers: bearer })).toMatchObject({ status: 200 })
      const headers = { authorization: `Bearer ${signToken(key, { auth_time: now - 306 })}` }
      const answer = await ask(withKeys(), '/recent', { headers })
      expect(answer.status).toBe(401)
      expect(answer.headers['www-authenticate']).toBe(
        'Bearer error="insufficient_user_authentication", max_age="300", code="step_up_required"',
      )
      expect(JSON.parse(answer.body)).toMatchObject({ code: 'step_up_required', verdict: 'fix' })
    })

    test('two Authorization headers are a bad request', async () => {
      const headers = { authorization: [bearer.authorization, bearer.authorization] }
      expect(await ask(withKeys(), '/orders', { headers })).toMatchObject({ status: 400 })
    })

    test('a route that needs the feed answers 503 with Retry-After while it is stale', async () => {
      let seconds = now
      const guard = withKeys({ now: () => seconds * 1000 })
      expect(await ask(guard, '/strict', { headers: bearer })).toMatchObject({ status: 200 })
      seconds += 31
      const answer = await ask(guard, '/strict', { headers: bearer })
      expect(answer).toMatchObject({ status: 503, headers: { 'retry-after': '1' } })
      expect(answer.headers['www-authenticate']).toBeUndefined()
      expect(answer.headers['access-control-expose-headers']).toBe('X-Total')
    })

    test('the application sees why it is a 503, for which request', async () => {
      const seen: unknown[] = []
      const failure = new Error('no route to host')
      const guard = makeGuard({
        keys: () => Promise.reject(failure),
        feed: source(),
        onRefused: ({ cause }, request) =>
          seen.push(cause, request?.method, new URL(request!.url, 'http://x').pathname),
      })
      expect(await ask(guard, '/orders', { headers: bearer })).toMatchObject({ status: 503 })
      expect(seen).toEqual([failure, 'GET', '/orders'])
    })

    test('HEAD is answered as GET is, without a body', async () => {
      expect(await ask(withKeys(), '/orders', { method: 'HEAD', headers: bearer })).toMatchObject({
        status: 200,
        body: '',
      })
      expect(await ask(withKeys(), '/orders', { method: 'HEAD' })).toMatchObject({
        status: 401,
        headers: { 'www-authenticate': 'Bearer' },
        body: '',
      })
    })

    describe('OPTIONS', () => {
      const method = 'OPTIONS'
      const headers = { origin: 'https://app.example.com', 'access-control-request-method': 'GET' }

      test('a preflight is answered by the CORS middleware in front of the guard', async () => {
        const { logger, warnings } = makeLogger()
        expect(await ask(withKeys({ logger }), '/cors/orders', { method, headers })).toMatchObject({ status: 204 })
        expect(warnings).toEqual([])
      })

      test('one that reaches the guard runs no handler, and the log says how to fix it', async () => {
        const { logger, warnings } = makeLogger()
        const guard = withKeys({ logger })
        const answer = await ask(guard, '/orders', { method, headers })
        expect(answer).toMatchObject({ status: 401, headers: { 'www-authenticate': 'Bearer' } })
        expect(answer.body).not.toContain('user-1')
        await ask(guard, '/orders', { method, headers })
        expect(warnings).toEqual([expect.stringContaining('Mount the CORS middleware before the guard')])
      })

      test('another OPTIONS request needs a token as every other method does', async () => {
        const { logger, warnings } = makeLogger()
        expect(await ask(withKeys({ logger }), '/orders', { method })).toMatchObject({ status: 401 })
        expect(await ask(withKeys(), '/orders', { method, headers: bearer })).toMatchObject({ status: 200 })
        expect(warnings).toEqual([])
      })
    })

    test.each(['Basic', 'Token', 'JWT', 'Bearer:', ''])(
      'a token after the scheme %j does not count',
      async (scheme) => {
        const headers = { authorization: `${scheme} ${token}`.trim() }
        expect(await ask(withKeys(), '/orders', { headers })).toMatchObject({
          status: 401,
          headers: { 'www-authenticate': 'Bearer' },
        })
      },
    )

    describe('in the envelope dialect', () => {
      const business = envelope({
        ok: 10200,
        codes: { refresh: 10415, terminal: 10422, service_unavailable: '10503', default: 10500 },
        status: 200,
      })
      const speaking = (options: Partial<GuardOptions> = {}) => withKeys({ envelope: business, ...options })
      const origin = 'https://app.example.com'

      test('a front end that reads only the code learns in HTTP 200 that its token has expired', async () => {
        const headers = { authorization: `Bearer ${signToken(key, { exp: now - 5, iat: now - 60 })}`, origin }
        const answer = await ask(speaking(), '/orders', { headers })
        expect(answer).toMatchObject({
          status: 200,
          headers: { 'content-type': 'application/json', 'cache-control': 'no-store', 'x-earlier': 'kept' },
        })
        const { problem: ours, ...theirs } = JSON.parse(answer.body)
        expect(theirs).toEqual({ code: 10415, message: 'The access token has expired.', data: null })
        expect(ours).toEqual(problem('access_token_expired'))
      })

      test('a Sessionward client learns the same from the challenge, which a page of another origin may read', async () => {
        const headers = { authorization: `Bearer ${signToken(key, { sid: 'revoked' })}`, origin }
        const answer = await ask(speaking(), '/orders', { headers })
        expect(JSON.parse(answer.body)).toMatchObject({ code: 10422, problem: { verdict: 'terminal' } })
        expect(answer.headers['www-authenticate']).toContain('code="signed_out"')
        expect(answer.headers['access-control-expose-headers']).toBe('X-Total, WWW-Authenticate')
      })

      test('a guard that cannot decide answers with Retry-After', async () => {
        const answer = await ask(speaking({ keys: () => Promise.reject(new Error('away')) }), '/orders', {
          headers: bearer,
        })
        expect(answer).toMatchObject({ status: 200, headers: { 'retry-after': '1', 'cache-control': 'no-store' } })
        expect(JSON.parse(answer.body)).toMatchObject({ code: '10503', problem: { status: 503, verdict: 'retry' } })
      })

      test('HEAD has the headers of the refusal and no body', async () => {
        const answer = await ask(speaking(), '/orders', { method: 'HEAD' })
        expect(answer).toMatchObject({ status: 200, headers: { 'www-authenticate': 'Bearer' }, body: '' })
      })

      test('the answer of the handler is unchanged', async () => {
        const answer = await ask(speaking(), '/echo', { method: 'POST', headers: bearer, body: 'PK of a spreadsheet' })
        expect(answer).toMatchObject({ status: 200, headers: earlier, body: 'PK of a spreadsheet' })
      })

      test('the status is kept with the option for it', async () => {
        const kept = envelope({ ok: 0, codes: { refresh: '10415', default: 1 } })
        const answer = await ask(withKeys({ envelope: kept }), '/orders')
        expect(answer.status).toBe(401)
        expect(JSON.parse(answer.body)).toMatchObject({ code: '10415', data: null })
      })
    })

    describe('on an optional route', () => {
      test('a request that may pass has its principal', async () => {
        const { status, body } = await ask(withKeys(), '/public', { headers: bearer })
        expect([status, JSON.parse(body)]).toEqual([200, { subject: 'user-1', reason: null }])
      })

      test.each([
        ['no token', {}, 'access_token_missing'],
        [
          'an expired token',
          { authorization: `Bearer ${signToken(key, { iat: now - 60, exp: now - 5 })}` },
          'access_token_expired',
        ],
        ['a forged token', { authorization: `Bearer ${signToken(makeKey('ES256', 'key'))}` }, 'access_token_invalid'],
        ['a revoked session', { authorization: `Bearer ${signToken(key, { sid: 'revoked' })}` }, 'signed_out'],
        ['too little scope', { authorization: `Bearer ${signToken(key, { scope: 'stock' })}` }, 'insufficient_scope'],
        ['two tokens', { authorization: [bearer.authorization, bearer.authorization] }, 'invalid_request'],
      ])('a request with %s passes without a principal, and with the reason', async (_title, headers, reason) => {
        const answer = await ask(withKeys(), '/public', { headers })
        expect(answer).toMatchObject({ status: 200, headers: earlier })
        expect(answer.headers['www-authenticate']).toBeUndefined()
        expect(JSON.parse(answer.body)).toEqual({ subject: null, reason })
      })
    })

    describe('on a route that takes its token from elsewhere', () => {
      test.each([
        ['the header', 'GET', { accesstoken: token }, 200],
        ['the cookie', 'GET', { cookie: `theme=dark; access_token=${token}` }, 200],
        ['Authorization', 'GET', bearer, 401],
        ['two headers', 'GET', { accesstoken: [token, token] }, 400],
        ['two cookies', 'GET', { cookie: `access_token=${token}; access_token=x` }, 400],
        ['the header beside an old cookie', 'GET', { accesstoken: token, cookie: 'access_token=old' }, 200],
        ['the cookie, from a page of another site,', 'POST', { cookie: `access_token=${token}` }, 403],
        [
          'the cookie, from its own page,',
          'POST',
          { cookie: `access_token=${token}`, 'sec-fetch-site': 'same-origin' },
          200,
        ],
      ])('a token in %s by %s', async (_title, method, headers, status) => {
        expect(await ask(withKeys(), '/elsewhere', { method, headers })).toMatchObject({ status })
      })

      test('a token in the query does not count', async () => {
        expect(await ask(withKeys(), '/elsewhere', { query: `?access_token=${token}` })).toMatchObject({ status: 401 })
      })
    })

    test("a request's body is left to the handler", async () => {
      const answer = await ask(withKeys(), '/echo', { method: 'POST', headers: bearer, body: 'three words here' })
      expect(answer).toMatchObject({ status: 200, body: 'three words here' })
    })

    test.each([
      ['an error that the handler throws', '/broken', () => now * 1000],
      [
        'an unexpected error of the guard',
        '/orders',
        () => {
          throw new Error('no clock')
        },
      ],
    ] as const)('%s goes where the errors of the application go', async (_title, path, clock) => {
      const unhandled: unknown[] = []
      const note = (reason: unknown) => unhandled.push(reason)
      process.on('unhandledRejection', note)
      onTestFinished(() => void process.off('unhandledRejection', note))
      const guard = makeGuard({ keys: key.jwk, now: clock, feed: silent })
      expect(await ask(guard, path, { headers: bearer })).toMatchObject({ status: 500 })
      expect(unhandled).toEqual([])
    })
  })
}

/** Asks the clock for nothing. */
const silent: RevocationSource = { subscribe: () => () => undefined }

/** The auth server in the same process, where one session was revoked. */
function source(): RevocationSource {
  const snapshot: RevocationMessage = {
    version: 1,
    epoch: 'one',
    watermark: now * 1000,
    snapshot: true,
    entries: [{ sid: 'revoked', reason: 'signed_out', expires: goodClaims.exp }],
  }
  return {
    subscribe(receive) {
      receive(snapshot)
      return () => undefined
    },
  }
}
