import { once } from 'node:events'
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http'
import { connect } from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { GuardOptions } from '../../src/config.js'
import { createPageGuard, type PageGuard } from '../../src/page/page-guard.js'
import { interstitial, redirect } from '../../src/page/refresh-method.js'
import { makeGuard, makeKey, now, signToken } from '../issuer.js'

/** What the framework under test has to serve, each behind `protectPage`; `pageRoutes`, if `mounted`, comes before, at the root. */
export const pageRouteOptions = {
  /** GET: `{ subject }` as JSON. POST: the fields of the form as JSON. */
  '/orders': {},
  /** GET: never reached. */
  '/admin': { scope: 'admin' },
  /** GET: `{ subject, reason }` as JSON: the principal's subject or null, and the code of `authError` or null. */
  '/public': { optional: true },
} as const

/** Serves the pages on loopback. Middleware before the guard sets the cookie `earlier=1`. */
export type ServePages = (pages: PageGuard, mounted: boolean) => Promise<{ readonly url: string; close(): void }>

interface Asked {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

interface Answer {
  readonly status: number | undefined
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

const site = 'https://shop.example.com'
const server = 'https://auth.example.com'
const key = makeKey('ES256', 'key')
const token = signToken(key)
const expired = signToken(key, { exp: now - 60, iat: now - 360 })

/** What Chromium sends with a click on a link of the site. */
const navigation = {
  accept: 'text/html,application/xhtml+xml,*/*;q=0.8',
  'sec-fetch-mode': 'navigate',
  'sec-fetch-dest': 'document',
  'sec-fetch-site': 'same-origin',
}
const form = { ...navigation, 'content-type': 'application/x-www-form-urlencoded', referer: `${site}/order?draft=1` }

function pagesOf(way: 'interstitial' | 'redirect', options: Partial<GuardOptions> = {}): PageGuard {
  const chosen = way === 'redirect' ? redirect({ server }) : interstitial({ server, script: 'run()' })
  return createPageGuard(makeGuard({ keys: key.jwk, ...options }), {
    origin: site,
    signIn: '/sign-in',
    refresh: chosen,
  })
}

/** The cases that the page guard of every adapter passes. */
export function testPages(name: string, serve: ServePages): void {
  async function ask(
    pages: PageGuard,
    path: string,
    { method = 'GET', headers = {}, body = '' }: Asked = {},
    mounted = true,
  ): Promise<Answer> {
    const { url, close } = await serve(pages, mounted)
    onTestFinished(close)
    return new Promise((resolve, reject) => {
      const length = { 'content-length': String(Buffer.byteLength(body)) }
      const request = httpRequest(url + path, { method, headers: { ...length, ...headers } }, async (response) => {
        let text = ''
        for await (const chunk of response.setEncoding('utf8')) text += chunk
        resolve({ status: response.statusCode, headers: response.headers, body: text })
      })
      request.on('error', reject)
      request.end(body)
    })
  }
  const withCookie = (value: string, more: Readonly<Record<string, string>> = navigation) => ({
    headers: { ...more, cookie: `__Host-access_token=${value}` },
  })

  describe(name, () => {
    test('a visit with a good access cookie reaches the page, and no cache keeps it', async () => {
      const answer = await ask(pagesOf('interstitial'), '/orders', withCookie(token))
      expect(answer).toMatchObject({ status: 200, headers: { 'cache-control': 'private, no-store' } })
      expect(JSON.parse(answer.body)).toEqual({ subject: 'user-1' })
    })

    test.each([
      ['without a token', {}],
      ['with an expired token', { cookie: `__Host-access_token=${expired}` }],
      [
        'over plain http, where no Sec-Fetch headers come,',
        { 'sec-fetch-mode': '', 'sec-fetch-dest': '', 'sec-fetch-site': '' },
      ],
    ])('a visit %s gets the page that refreshes', async (_, headers) => {
      const answer = await ask(pagesOf('interstitial'), '/orders?page=2', { headers: { ...navigation, ...headers } })
      expect(answer).toMatchObject({
        status: 401,
        headers: { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' },
      })
      expect(answer.body).toContain('src="/sessionward/continue.js?v=')
      expect(answer.body).toContain('href="/sign-in?return_to=%2Forders%3Fpage%3D2"')
      const [, nonce] = /<style nonce="([^"]+)"/.exec(answer.body) ?? []
      expect(answer.headers['content-security-policy']).toContain(`script-src 'self' 'nonce-${nonce}'`)
      expect(answer.headers['content-security-policy'], "the site's icon").toContain("img-src 'self';")
      expect(answer.body.replace(/<script[^>]+src=[^>]+><\/script>/, '')).not.toContain('<script')
    })

    test('a visit goes through the auth server, where no script is wanted', async () => {
      const answer = await ask(pagesOf('redirect'), '/orders?page=2', withCookie(expired))
      const arrive = `${site}/sessionward/arrive?to=%2Forders%3Fpage%3D2&round=1`
      const location = `${server}/auth/continue?${new URLSearchParams({ return_to: arrive })}`
      expect(answer).toMatchObject({ status: 303, headers: { location, 'cache-control': 'no-store' } })
    })

    test.each([
      ['an image', { 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'image' }],
      ['a script', { 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'script' }],
      ['a fetch', { 'sec-fetch-mode': 'cors', 'sec-fetch-dest': 'empty' }],
      ['a prefetch', { 'sec-purpose': 'prefetch' }],
      ['a prerender', { 'sec-purpose': 'prefetch;prerender' }],
      ['an older prefetch', { purpose: 'prefetch' }],
      ['a prefetch of Firefox', { 'x-moz': 'prefetch' }],
      ['a prefetch of Next', { 'next-router-prefetch': '1' }],
      ['jQuery over plain http', { 'sec-fetch-mode': '', 'x-requested-with': 'XMLHttpRequest' }],
      ['an image over plain http', { 'sec-fetch-mode': '', accept: 'image/avif,image/webp,*/*' }],
    ])('%s gets 401, and neither HTML, redirect, refresh nor cookie', async (_, headers) => {
      for (const way of ['interstitial', 'redirect'] as const) {
        const answer = await ask(pagesOf(way), '/orders', { headers: { ...navigation, ...headers } })
        expect(answer).toMatchObject({ status: 401, headers: { 'content-type': 'application/problem+json' } })
        expect(answer.headers.location).toBeUndefined()
        expect(answer.headers.refresh).toBeUndefined()
        expect(answer.headers['set-cookie'] ?? []).not.toEqual(
          expect.arrayContaining([expect.stringContaining('sessionward')]),
        )
      }
    })

    test('the script is served under an address of its version, and kept', async () => {
      const pages = pagesOf('interstitial')
      const { body } = await ask(pages, '/orders', { headers: navigation })
      const answer = await ask(pages, /src="([^"]+)"/.exec(body)![1]!)
      expect(answer).toMatchObject({
        status: 200,
        body: 'run()',
        headers: { 'content-type': 'text/javascript; charset=utf-8' },
      })
      expect(answer.headers['cache-control']).toContain('immutable')
    })

    test('a script of the site hands its access token over, and gets it as a cookie that no script can read', async () => {
      const headers = { authorization: `Bearer ${token}`, origin: site }
      const answer = await ask(pagesOf('interstitial'), '/sessionward/hand-over?visit', { method: 'POST', headers })
      expect(answer.status).toBe(204)
      expect(answer.headers['set-cookie']).toContain(
        `__Host-access_token=${token}; Path=/; Secure; HttpOnly; SameSite=Lax`,
      )
      expect(answer.headers['set-cookie']?.filter((one) => one.startsWith('sessionward_arrived=1-'))).toHaveLength(1)
      expect(answer.headers['set-cookie'], 'what was set before stays').toContain('earlier=1')
    })

    test.each([
      ['of another origin', { authorization: `Bearer ${token}`, origin: 'https://e.test' }, 403],
      ['without an origin', { authorization: `Bearer ${token}` }, 403],
      ['with an expired token', { authorization: `Bearer ${expired}`, origin: site }, 401],
      ['with the cookie alone', { cookie: `__Host-access_token=${token}`, origin: site }, 401],
    ])('a hand-over %s sets nothing', async (_, headers, status) => {
      const answer = await ask(pagesOf('interstitial'), '/sessionward/hand-over', {
        method: 'POST',
        headers: headers as unknown as Record<string, string>,
      })
      expect(answer.status).toBe(status)
      expect(answer.headers['set-cookie'] ?? []).not.toContainEqual(expect.stringContaining('access_token'))
    })

    test('a script of the site has the access cookie cleared, and a page of another origin has not', async () => {
      const pages = pagesOf('interstitial')
      const own = await ask(pages, '/sessionward/hand-over', {
        method: 'DELETE',
        headers: { 'sec-fetch-site': 'same-origin' },
      })
      const other = await ask(pages, '/sessionward/hand-over', {
        method: 'DELETE',
        headers: { origin: 'https://e.test' },
      })
      expect(own.status).toBe(204)
      expect(own.headers['set-cookie']).toContain(
        '__Host-access_token=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0',
      )
      expect(other.status).toBe(403)
    })

    test('a visit that comes back from the auth server goes on to the page', async () => {
      const answer = await ask(
        pagesOf('redirect'),
        '/sessionward/arrive?to=%2Forders%3Fpage%3D2&round=1',
        withCookie(token),
      )
      expect(answer).toMatchObject({ status: 303, headers: { location: '/orders?page=2' } })
      expect(answer.headers['set-cookie']).toContainEqual(expect.stringMatching(/^sessionward_arrived=1-/))
    })

    test('a visit that comes back and is refused goes there once more, and then to sign-in with the reason', async () => {
      const pages = pagesOf('redirect')
      const first = await ask(pages, '/sessionward/arrive?to=%2Forders&round=1', withCookie(expired))
      const second = await ask(pages, '/sessionward/arrive?to=%2Forders&round=2', withCookie(expired))
      expect(first.headers.location).toContain('round%3D2')
      expect(second.headers.location).toBe('/sign-in?return_to=%2Forders&reason=access_token_expired')
    })

    test.each(['//e.test', '/\\e.test', 'https://e.test/', '/%09/e.test'])(
      'an arrival for %s goes home',
      async (to) => {
        const path = `/sessionward/arrive?${new URLSearchParams({ to, round: '1' })}`
        expect((await ask(pagesOf('redirect'), path, withCookie(token))).headers.location).toBe('/')
      },
    )

    test('a form that was sent is carried in the page that refreshes, each field as it was', async () => {
      const body = 'what=%3Cb%3E%22a%22%26&list=1&list=2&note=one%0D%0Atwo&submit=yes&%E5%AD%97=%E5%AD%97'
      const { status, body: page } = await ask(pagesOf('interstitial'), '/orders', {
        method: 'POST',
        headers: form,
        body,
      })
      expect(status).toBe(401)
      const fields = [...page.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)">/g)].map(([, ...pair]) =>
        pair.map(plain),
      )
      expect(fields).toEqual([
        ['what', '<b>"a"&'],
        ['list', '1'],
        ['list', '2'],
        ['note', 'one\r\ntwo'],
        ['submit', 'yes'],
        ['字', '字'],
      ])
      expect(page).toContain('<form method="post" action="/orders" hidden>')
      expect(plain(page)).toContain('"formPage":"/order?draft=1"')
    })

    test('a form with a good access cookie reaches the handler, which reads its body', async () => {
      const headers = { ...form, cookie: `__Host-access_token=${token}` }
      const answer = await ask(pagesOf('interstitial'), '/orders', { method: 'POST', headers, body: 'what=tea&note=x' })
      expect(JSON.parse(answer.body)).toEqual({ what: 'tea', note: 'x' })
    })

    test.each([
      ['with files', { 'content-type': 'multipart/form-data; boundary=x' }, '--x--'],
      ['longer than 64 kB', {}, `what=${'a'.repeat(70_000)}`],
    ])('a form %s is not carried: the page says so once it has refreshed', async (_, headers, body) => {
      const answer = await ask(pagesOf('interstitial'), '/orders', {
        method: 'POST',
        headers: { ...form, ...headers },
        body,
      })
      expect(answer.status).toBe(401)
      expect(answer.body).not.toContain('<form')
      expect(answer.body).toContain('data-say="not-carried"')
    })

    test('a form from a page of another site is refused, with or without a cookie, and never carried', async () => {
      const headers = { ...form, 'sec-fetch-site': 'cross-site', origin: 'https://e.test' }
      for (const cookie of ['', `__Host-access_token=${token}`]) {
        const answer = await ask(pagesOf('interstitial'), '/orders', {
          method: 'POST',
          headers: { ...headers, cookie },
          body: 'what=tea',
        })
        expect(answer).toMatchObject({ status: 403, headers: { 'content-type': 'text/html; charset=utf-8' } })
        expect(answer.body).not.toContain('<form')
      }
    })

    test('a form that goes through the auth server comes back to its page', async () => {
      const answer = await ask(pagesOf('redirect'), '/orders', { method: 'POST', headers: form, body: 'what=tea' })
      expect(answer.status).toBe(303)
      expect(decodeURIComponent(answer.headers.location!)).toContain('to=%2Forder%3Fdraft%3D1')
    })

    test('a page that needs another scope is a 403, and no refresh', async () => {
      const answer = await ask(pagesOf('interstitial'), '/admin', withCookie(token))
      expect(answer).toMatchObject({ status: 403, headers: { 'content-type': 'text/html; charset=utf-8' } })
      expect(answer.body).not.toContain('<script')
    })

    test('an optional page is shown to everybody, with the principal or the reason why there is none', async () => {
      const pages = pagesOf('interstitial')
      const known = await ask(pages, '/public', withCookie(token))
      const unknown = await ask(pages, '/public', withCookie(expired))
      expect(JSON.parse(known.body)).toEqual({ subject: 'user-1', reason: null })
      expect(JSON.parse(unknown.body)).toEqual({ subject: null, reason: 'access_token_expired' })
    })

    test('while the keys have not arrived a visit gets 503, and is not sent to sign-in', async () => {
      const away = { keys: () => Promise.reject(new Error('away')) }
      const answer = await ask(pagesOf('interstitial', away), '/orders', withCookie(token))
      expect(answer).toMatchObject({
        status: 503,
        headers: { 'retry-after': '1', 'content-type': 'text/html; charset=utf-8' },
      })
    })

    test('without pageRoutes no page is shown, since its script or its arrival would be missing', async () => {
      for (const way of ['interstitial', 'redirect'] as const) {
        const pages = pagesOf(way)
        expect((await ask(pages, '/orders', withCookie(token), false)).status).toBe(500)
        expect((await ask(pages, '/orders', { headers: navigation }, false)).status).toBe(500)
      }
    })

    test('the page of sign-in must not be guarded: that is an error in words, and no loop', async () => {
      const pages = createPageGuard(makeGuard({ keys: key.jwk }), {
        origin: site,
        signIn: '/orders',
        refresh: redirect({ server }),
      })
      expect((await ask(pages, '/orders', { headers: navigation })).status).toBe(500)
    })

    test.each([
      ['a request line that is no URL', `GET http://[/sessionward HTTP/1.1\r\nHost: x\r\n\r\n`],
      [
        'a form that breaks off',
        `POST /orders HTTP/1.1\r\nHost: x\r\nSec-Fetch-Site: same-origin\r\nSec-Fetch-Mode: navigate\r\nAccept: text/html\r\n` +
          'Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 100\r\n\r\na=1',
      ],
    ])('after %s the next visit is answered', async (_title, sent) => {
      const { url, close } = await serve(pagesOf('interstitial'), true)
      onTestFinished(close)
      const { hostname, port } = new URL(url)
      const socket = connect(Number(port), hostname)
      await once(socket, 'connect')
      socket.write(sent)
      await new Promise((resolve) => setTimeout(resolve, 100))
      socket.destroy()
      const answer = await fetch(`${url}/orders`, { headers: { ...navigation } })
      expect(answer.status).toBe(401)
    })
  })
}

/** Text of an attribute. */
function plain(html: string): string {
  return html.replace(/&#(\d+);/g, (_, code) => String.fromCharCode(Number(code)))
}
