import { describe, expect, it } from 'vitest'
import { appOrigin, testServer } from '../harness/auth-server.js'
import { Browser, codeOf } from '../harness/browser.js'
import { passwordOf } from '../harness/people.js'

const own = 'https://auth.example.com'
const evil = 'https://evil.example'

/** Origin, Sec-Fetch-Site, and whether a request with a cookie passes. */
const matrix: readonly (readonly [string | null, string | null, boolean])[] = [
  [null, 'same-origin', true],
  [own, 'same-origin', true],
  [appOrigin, 'same-site', true],
  [appOrigin, 'cross-site', true],
  [appOrigin, null, true],
  [own, null, true],
  [null, null, false],
  [null, 'same-site', false],
  [null, 'cross-site', false],
  [null, 'none', false],
  ['null', 'cross-site', false],
  ['null', null, false],
  [evil, 'cross-site', false],
  [evil, 'same-site', false],
  [evil, 'none', false],
  [evil, null, false],
  [`${appOrigin}.evil.example`, 'cross-site', false],
  [appOrigin.replace('https', 'http'), 'cross-site', false],
  [`${appOrigin}:8443`, 'same-site', false],
  [appOrigin.toUpperCase(), 'same-site', false],
  [`${appOrigin}, ${evil}`, 'cross-site', false],
  [evil, 'SAME-ORIGIN', false],
  [evil, 'same-origin, cross-site', false],
]

function fetchHeaders(origin: string | null, site: string | null): Record<string, string> {
  return { ...(origin === null ? {} : { Origin: origin }), ...(site === null ? {} : { 'Sec-Fetch-Site': site }) }
}

/** A request as `headers` says it, with the jar's cookie. */
function request(path: string, jar: Browser['jar'], headers: Record<string, string>, body?: string): Request {
  const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ')
  return new Request(own + path, {
    method: 'POST',
    headers: { ...(cookie === '' ? {} : { Cookie: cookie }), ...headers },
    ...(body === undefined ? {} : { body }),
  })
}

describe('requests that a cookie authenticates, or whose answer sets one', () => {
  it.each(matrix)('Origin %s with Sec-Fetch-Site %s passes: %s', async (origin, site, passes) => {
    const { auth } = testServer()
    const browser = new Browser(auth)
    await browser.signIn('ann')
    const headers = fetchHeaders(origin, site)
    const login = JSON.stringify({ username: 'bob', password: passwordOf('bob') })
    const json = { ...headers, 'Content-Type': 'application/json' }

    const responses = {
      refresh: await auth.fetch(request('/auth/refresh', browser.jar, headers)),
      login: await auth.fetch(request('/auth/login', new Map(), json, login)),
      logout: await auth.fetch(request('/auth/logout', browser.jar, json, '{"everywhere":true}')),
    }

    for (const [name, response] of Object.entries(responses)) {
      expect([name, response.status < 300]).toEqual([name, passes])
      if (passes) continue
      expect(response.status).toBe(403)
      expect(response.headers.getSetCookie()).toEqual([])
      expect(await codeOf(response)).toBe('origin_refused')
    }
    expect(auth.figures().session_revoked).toBe(passes ? 1 : undefined)
  })

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x'])(
    'a form of another page, as %s, gets no cookie and ends nothing',
    async (type) => {
      const { auth } = testServer()
      const browser = new Browser(auth)
      await browser.signIn('ann')
      const headers = { Origin: evil, 'Sec-Fetch-Site': 'cross-site', 'Content-Type': type }
      const login = JSON.stringify({ username: 'bob', password: passwordOf('bob'), x: '=' })

      for (const [path, body] of [
        ['/auth/login', login],
        ['/auth/logout', '{"x":"="}'],
        ['/auth/logout', ''],
        ['/auth/refresh', ''],
        ['/auth/refresh', '{"x":"="}'],
      ] as const) {
        const response = await auth.fetch(request(path, browser.jar, headers, body))
        expect([400, 403]).toContain(response.status)
        expect(response.headers.getSetCookie()).toEqual([])
      }
      expect((await browser.post('/auth/refresh')).status).toBe(200)
      expect(auth.figures()).not.toHaveProperty('session_revoked')
    },
  )

  it.each(['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE'])('%s does none of it', async (method) => {
    const { auth } = testServer()
    const browser = new Browser(auth)
    await browser.signIn('ann')
    for (const path of ['/auth/login', '/auth/refresh', '/auth/logout']) {
      const forged = request(path, browser.jar, fetchHeaders(null, 'same-origin'))
      const response = await auth.fetch(new Request(forged.url, { method, headers: forged.headers }))
      expect(response.status).toBe(405)
      expect(response.headers.getSetCookie()).toEqual([])
      expect(response.headers.get('Allow')).toBe('POST, OPTIONS')
    }
    expect((await browser.post('/auth/refresh')).status).toBe(200)
  })

  it('a method that the method of the request overrides is no way round', async () => {
    const { auth } = testServer()
    const browser = new Browser(auth)
    await browser.signIn('ann')
    const forged = request('/auth/logout?_method=POST', browser.jar, {
      ...fetchHeaders(null, 'same-origin'),
      'X-HTTP-Method-Override': 'POST',
    })

    expect((await auth.fetch(new Request(forged.url, { headers: forged.headers }))).status).toBe(405)
  })
})

describe('CORS', () => {
  const paths = ['/auth/refresh', '/auth/me', '/auth/none', '/.well-known/jwks.json', '/healthz']

  it.each(paths)('%s lets a page of a listed origin read the answer, with credentials', async (path) => {
    const { auth } = testServer()

    const response = await auth.fetch(new Request(own + path, { headers: { Origin: appOrigin } }))

    expect(response.headers.get('Access-Control-Allow-Origin')).toBe(appOrigin)
    expect(response.headers.get('Access-Control-Allow-Credentials')).toBe('true')
    expect(response.headers.get('Access-Control-Expose-Headers')).toBe('DPoP-Nonce, WWW-Authenticate, Retry-After')
    expect(response.headers.get('Vary')).toContain('Origin')
  })

  it.each(paths)('%s neither reflects another origin nor allows all of them', async (path) => {
    const { auth } = testServer()

    for (const origin of [evil, 'null', '*', `${appOrigin}.evil.example`, `${appOrigin}/`]) {
      const response = await auth.fetch(new Request(own + path, { headers: { Origin: origin } }))
      expect([...response.headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([])
      expect(response.headers.get('Vary')).toContain('Origin')
    }
  })

  it('answers the preflight of a listed origin with what may be sent', async () => {
    const { auth } = testServer()
    const headers = { Origin: appOrigin, 'Access-Control-Request-Method': 'POST' }

    const response = await auth.fetch(new Request(`${own}/auth/refresh`, { method: 'OPTIONS', headers }))

    expect(response.status).toBe(204)
    expect(response.headers.get('Access-Control-Allow-Origin')).toBe(appOrigin)
    expect(response.headers.get('Access-Control-Allow-Methods')).toBe('GET, POST, DELETE')
    expect(response.headers.get('Access-Control-Allow-Headers')).toBe(
      'Authorization, Content-Type, DPoP, Sessionward-Session',
    )
  })

  it('lets a listed origin send the headers that it asks for, as monitoring scripts add them', async () => {
    const { auth } = testServer()
    const requested = 'authorization,baggage,content-type,sentry-trace,sessionward-session,traceparent'
    const headers = { Origin: appOrigin, 'Access-Control-Request-Headers': requested }

    const response = await auth.fetch(new Request(`${own}/auth/refresh`, { method: 'OPTIONS', headers }))

    expect(response.headers.get('Access-Control-Allow-Headers')).toBe(requested)
    expect(response.headers.get('Vary')).toBe('Origin, Access-Control-Request-Headers')
  })

  it.each([
    ['what is no list of names', 'a b'],
    ['what is no name', 'a:b'],
    ['what could be markup', '<script>'],
    ['an empty list', ''],
    ['an endless list', `${'a,'.repeat(600)}a`],
    ['what costs a pattern much', `${'a, '.repeat(300)}(`],
  ])('answers a request for %s with the headers of its own clients', async (_, requested) => {
    const { auth } = testServer()
    const headers = { Origin: appOrigin, 'Access-Control-Request-Headers': requested }

    const response = await auth.fetch(new Request(`${own}/auth/refresh`, { method: 'OPTIONS', headers }))

    expect(response.headers.get('Access-Control-Allow-Headers')).toBe(
      'Authorization, Content-Type, DPoP, Sessionward-Session',
    )
  })

  it('lets the page of an application with a scheme of its own sign in by body and read the answer', async () => {
    const scheme = 'capacitor://localhost'
    const { auth } = testServer({ origins: [scheme] })
    const headers = { Origin: scheme, 'Sec-Fetch-Site': 'cross-site', 'Content-Type': 'application/json' }
    const login = JSON.stringify({ username: 'ann', password: passwordOf('ann'), transport: 'body' })

    const response = await auth.fetch(request('/auth/login', new Map(), headers, login))

    expect(response.status).toBe(200)
    expect(response.headers.get('Access-Control-Allow-Origin')).toBe(scheme)
    expect(await response.json()).toHaveProperty('refresh_token')
  })

  it('allows another origin nothing in its preflight', async () => {
    const { auth } = testServer()
    const headers = {
      Origin: evil,
      'Access-Control-Request-Method': 'POST',
      'Access-Control-Request-Headers': 'traceparent',
    }

    const response = await auth.fetch(new Request(`${own}/auth/refresh`, { method: 'OPTIONS', headers }))

    expect([...response.headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([])
    expect(response.headers.get('Vary')).toBe('Origin, Access-Control-Request-Headers')
  })
})

describe('the log names pages that are refused', () => {
  const from = (origin: string, method = 'OPTIONS') =>
    new Request(`${own}/auth/login`, { method, headers: { Origin: origin } })

  function server() {
    const warnings: string[] = []
    const logger = { warn: (line: string) => void warnings.push(line), error: () => undefined }
    return { auth: testServer({ logger }).auth, warnings }
  }

  it('once per origin, with what to do, after a preflight too', async () => {
    const { auth, warnings } = server()

    for (const method of ['OPTIONS', 'POST', 'OPTIONS']) await auth.fetch(from(evil, method))
    for (const method of ['POST', 'OPTIONS']) await auth.fetch(from('capacitor://localhost', method))

    expect(warnings.filter((line) => line.includes('a page at'))).toEqual([
      'a page at https://evil.example was refused: add it to the option origins if it is yours',
      'a page at capacitor://localhost was refused: add it to the option origins if it is yours',
    ])
  })

  it('and not a page that is listed or of the server itself, nor a string that is no origin', async () => {
    const { auth, warnings } = server()
    const long = `https://${'a'.repeat(200)}.example`

    for (const origin of [own, appOrigin, 'null', '*', `${evil}/`, `${evil}\tx`, 'é', `${evil} token=x`, long])
      await auth.fetch(from(origin))
    const proxied = { Origin: 'http://inside.example', 'Sec-Fetch-Site': 'same-origin' }
    await auth.fetch(new Request(`${own}/auth/login`, { method: 'POST', headers: proxied }))

    expect(warnings.filter((line) => line.includes('a page at'))).toEqual([])
  })

  it('ten of them at most', async () => {
    const { auth, warnings } = server()

    for (let index = 0; index < 12; index++) await auth.fetch(from(`https://${index}.example`))

    expect(warnings.filter((line) => line.includes('a page at'))).toHaveLength(10)
  })
})
