import { errors } from '@sessionward/protocol'
import { describe, expect, it } from 'vitest'
import { testServer } from '../harness/auth-server.js'
import { Browser } from '../harness/browser.js'
import { guardCredential, testSecrets } from '../harness/secrets.js'

const own = 'https://auth.example.com'

describe('the handler', () => {
  it('owns its endpoints and all below its base path, and nothing else', () => {
    const { auth } = testServer()

    for (const path of ['/auth/login', '/auth/none', '/.well-known/jwks.json']) {
      expect([path, auth.owns(path)]).toEqual([path, true])
    }
    // The health of the app that it is mounted in is the app's own.
    const others = ['/healthz', '/readyz', '/', '/auth', '/author', '/authentic/login', '/.well-known/security.txt']
    for (const path of [...others, '/x/auth/login']) {
      expect([path, auth.owns(path)]).toEqual([path, false])
    }
  })

  it('answers what it does not know with a problem that repeats nothing of the request', async () => {
    const { auth } = testServer()

    const response = await auth.fetch(new Request(`${own}/auth/<script>alert(1)</script>?x=secret`))

    expect(response.status).toBe(404)
    expect(await response.json()).toEqual({
      type: 'urn:sessionward:error:not_found',
      title: errors.not_found.title,
      status: 404,
      code: 'not_found',
      verdict: 'fix',
    })
  })

  it.each(['/auth/%6cogin', '/%61uth/login', '/auth/login%3f', '/auth/lo%67in?from=menu'])(
    'serves a path in its plain spelling alone, and not %s',
    async (path) => {
      const { auth } = testServer()

      const response = await auth.fetch(new Request(`${own}${path}`, { method: 'POST' }))

      expect([response.status, response.headers.get('Content-Type')]).toEqual([404, 'application/problem+json'])
    },
  )

  it.each([
    ['/auth/me', 401],
    ['/auth/me?from=menu', 401],
    [`${own}/auth/me`, 401],
    ['/auth/./me', 404],
    [`${own}/auth/./me`, 404],
    ['/auth/me#x', 404],
    ['/other/../auth/me', 404],
  ])('goes by the request target %s, where the adapter knows it', async (target, status) => {
    const { auth } = testServer()

    expect((await auth.fetch(new Request(`${own}/auth/me`), { target })).status).toBe(status)
  })

  it('says why an endpoint is not available to a client that calls it', async () => {
    const { auth } = testServer({ secrets: { ...testSecrets(), guards: [] }, registration: 'closed' })
    const detailOf = async (path: string) => {
      const response = await new Browser(auth).send(path, {})
      return [response.status, ((await response.json()) as { detail?: string }).detail]
    }

    expect(await detailOf('/auth/register')).toEqual([404, 'registration is closed on this server'])
    expect(await detailOf('/auth/password')).toEqual([404, 'the directory of this server does not change passwords'])
    expect(await detailOf('/auth/revocations')).toEqual([404, expect.stringContaining('secrets.guards')])
    expect(await detailOf('/auth/none')).toEqual([404, undefined])
  })

  it('answers every error as in the table, with its media type and status', async () => {
    const { auth } = testServer()
    const responses = [
      await new Browser(auth).post('/auth/refresh', {}, { 'Sessionward-Session': 'a'.repeat(22) }),
      await new Browser(auth).post('/auth/login', { username: 'ann', password: 'wrong' }),
      await new Browser(auth).post('/auth/login', {}),
      await new Browser(auth).post('/auth/login', {}, { Origin: 'https://evil.example' }),
      await new Browser(auth).post('/auth/none', {}),
      await auth.fetch(new Request(`${own}/auth/me`)),
      await auth.fetch(new Request(`${own}/auth/login`)),
      await auth.fetch(new Request(`${own}/auth/revocations`)),
    ]

    for (const response of responses) {
      const problem = (await response.json()) as { code: keyof typeof errors; status: number; type: string }
      const { status, title, verdict } = errors[problem.code]
      expect(problem).toMatchObject({ status, title, verdict, type: `urn:sessionward:error:${problem.code}` })
      expect(response.status).toBe(status)
      expect(response.headers.get('Content-Type')).toBe('application/problem+json')
      expect(response.headers.get('Cache-Control')).toBe('no-store')
      // RFC 9110 section 15.5.2: a 401 has a challenge; ours have one only there.
      expect(response.headers.has('WWW-Authenticate')).toBe(status === 401)
    }
    expect(responses.map(({ status }) => status)).toEqual([401, 401, 400, 400, 404, 401, 405, 401])
  })

  it('answers HEAD as GET without the body', async () => {
    const { auth } = testServer()

    const response = await auth.fetch(new Request(`${own}/.well-known/jwks.json`, { method: 'HEAD' }))

    expect(response.status).toBe(200)
    expect(await response.text()).toBe('')
  })

  it('does not accept a token in the query', async () => {
    const { auth } = testServer()
    const { access_token, refresh_token } = await new Browser(auth).signIn('ann', { transport: 'body' })

    expect((await auth.fetch(new Request(`${own}/auth/me?access_token=${access_token}`))).status).toBe(401)
    expect((await new Browser(auth).post(`/auth/refresh?refresh_token=${refresh_token}`)).status).toBe(204)
    expect((await auth.fetch(new Request(`${own}/auth/revocations?credential=${guardCredential}`))).status).toBe(401)
  })

  it('is served below the base path', async () => {
    const { auth } = testServer({ basePath: '/api/v1/auth' })

    expect((await new Browser(auth).post('/api/v1/auth/refresh')).status).toBe(204)
    expect((await new Browser(auth).post('/auth/refresh')).status).toBe(404)
    expect(auth.owns('/auth/refresh')).toBe(false)
  })

  it('answers a refresh while nothing can be written to the events', async () => {
    const { auth, stored } = testServer()
    stored.before = (verb) => {
      if (verb === 'events.append') throw new Error('disk full')
    }
    const browser = new Browser(auth)
    await browser.signIn('ann')

    expect((await browser.post('/auth/refresh')).status).toBe(200)
    expect(auth.figures().event_lost).toBe(1)
  })
})
