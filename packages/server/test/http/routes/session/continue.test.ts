import { resolveReturnTo } from '@sessionward/protocol'
import { describe, expect, it, test } from 'vitest'
import { authServerOptions } from '../../../../../../examples/pages/redirect.js'
import { hostileAddresses } from '../../../../../protocol/test/hostile-addresses.js'
import { appOrigin, testServer } from '../../../harness/auth-server.js'
import { Browser, codeOf } from '../../../harness/browser.js'
import { testSecrets } from '../../../harness/secrets.js'
import { navigation, visit } from '../../../harness/visit.js'

const options = { accessCookie: { domain: 'example.com' }, signInUrl: `${appOrigin}/sign-in` }
const shop = 'https://shop.example.com'
const target = `${appOrigin}/orders?page=2`
const path = `/auth/continue?${new URLSearchParams({ return_to: target })}`
const accessCookie = '; Path=/; Domain=example.com; Secure; HttpOnly; SameSite=Lax'

async function signedIn(more: object = {}) {
  const server = testServer({ ...options, ...more, origins: [appOrigin, shop] })
  const browser = new Browser(server.auth)
  const answer = await browser.signIn('ann')
  return { ...server, browser, answer }
}

describe('GET /auth/continue', () => {
  it('sends a visit with a live session back, with the refresh cookie and the access cookie', async () => {
    const { auth, browser, answer } = await signedIn()

    const response = await visit(auth, browser, path)

    expect(response.status).toBe(303)
    expect(response.headers.get('Location')).toBe(target)
    expect(response.headers.get('Cache-Control')).toBe('no-store')
    const [refresh, access, ...others] = response.headers.getSetCookie()
    expect(others).toEqual([])
    expect(refresh).toMatch(new RegExp(`^__Host-Http-sessionward\\.default\\.${answer.session.id.slice(0, 8)}=`))
    expect(access).toMatch(/^access_token=ey/)
    expect(access!.slice(access!.indexOf(';'))).toBe(accessCookie)
  })

  it('works with the options of the example', async () => {
    const { auth, browser } = await signedIn(authServerOptions)

    const response = await visit(
      auth,
      browser,
      `/auth/continue?${new URLSearchParams({ return_to: `${shop}/sessionward/arrive` })}`,
    )

    expect(response.headers.get('Location')).toBe(`${shop}/sessionward/arrive`)
  })

  it('sends a visit without a session to sign-in, without a reason and with the way back', async () => {
    const { auth } = testServer(options)

    const response = await visit(auth, new Browser(auth), path)

    expect(response.status).toBe(303)
    expect(response.headers.get('Location')).toBe(`${appOrigin}/sign-in?return_to=%2Forders%3Fpage%3D2`)
    expect(response.headers.getSetCookie()).toEqual([])
  })

  it('sends the visit of a session that has ended to sign-in with the reason, and clears both cookies', async () => {
    const { auth, browser, answer } = await signedIn()
    await auth.sessions.end(answer.session.id, 'credentials_changed')

    const response = await visit(auth, browser, path)
    browser.apply(response)

    const location = new URL(response.headers.get('Location')!)
    expect(location.pathname).toBe('/sign-in')
    expect(location.searchParams.get('reason')).toBe('credentials_changed')
    expect([...browser.jar]).toEqual([])
  })

  it.each([1, 50, 500])(
    'sends a visit on that starts with the old cookie %i ms after another was answered, on another node, and the session lives',
    async (delay) => {
      const secrets = testSecrets()
      const { auth, browser, stored, clock } = await signedIn({ secrets })
      const other = testServer({ ...options, secrets, store: { ...stored.store, close: async () => {} } })
      const before = new Map(browser.jar)
      const first = await visit(auth, browser, path)
      clock.advance(delay / 1000)

      const late = await visit(other.auth, Object.assign(new Browser(auth), { jar: before }), path)

      expect([first.headers.get('Location'), late.headers.get('Location')]).toEqual([target, target])
      expect([first, late].map((one) => one.headers.getSetCookie().length)).toEqual([2, 2])
      browser.apply(first)
      browser.apply(late)
      clock.advance(60)
      expect((await browser.post('/auth/refresh')).status).toBe(200)
      expect((await visit(auth, browser, path)).headers.get('Location')).toBe(target)
    },
  )

  it('sends a visit round once more while another request rotates the session, and then on', async () => {
    const { auth, browser } = await signedIn()
    const old = Object.assign(new Browser(auth), { jar: new Map(browser.jar) })
    await browser.post('/auth/refresh')
    await browser.post('/auth/refresh')

    const raced = await visit(auth, old, path)
    const location = raced.headers.get('Location')!
    const arrived = await visit(auth, browser, location)

    expect(location).toBe(`/auth/continue?${new URLSearchParams({ return_to: target, round: '1' })}`)
    expect(raced.headers.getSetCookie()).toEqual([])
    expect(arrived.headers.get('Location')).toBe(target)
    const third = await visit(auth, old, location.replace('round=1', 'round=3'))
    expect(third.headers.get('Location'), 'it does not go round for ever').toBe(target)
  })

  it.each([
    ['a fetch', { 'Sec-Fetch-Mode': 'cors', Accept: 'text/html' }],
    ['an image', { 'Sec-Fetch-Mode': 'no-cors', Accept: 'image/*' }],
    ['a prefetch', { ...navigation, 'Sec-Purpose': 'prefetch' }],
    ['a prerender', { ...navigation, 'Sec-Purpose': 'prefetch;prerender' }],
    ['an older prefetch', { ...navigation, Purpose: 'prefetch' }],
    ['a prefetch of Firefox', { ...navigation, 'X-Moz': 'prefetch' }],
    ['a prefetch of Next', { ...navigation, 'next-router-prefetch': '1' }],
    ['an image over plain http', { Accept: 'image/avif,image/webp,*/*' }],
    ['jQuery over plain http', { Accept: 'text/html, */*; q=0.01', 'X-Requested-With': 'XMLHttpRequest' }],
  ])('refuses %s, spends no refresh and sets no cookie', async (_, headers) => {
    const { auth, browser } = await signedIn()

    const response = await visit(auth, browser, path, headers as unknown as Record<string, string>)

    expect(response.status).toBe(403)
    expect(await codeOf(response)).toBe('origin_refused')
    expect(response.headers.getSetCookie()).toEqual([])
    expect(auth.figures().refresh_confirmed ?? 0).toBe(0)
  })

  it('takes a navigation over plain http, which carries no Sec-Fetch headers, by its Accept', async () => {
    const { auth, browser } = await signedIn()

    const response = await visit(auth, browser, path, { Accept: navigation.Accept })

    expect(response.headers.get('Location')).toBe(target)
  })

  it('redirects to the home of the sign-in origin for every hostile return_to', async () => {
    const { auth, browser } = await signedIn()

    for (const address of hostileAddresses) {
      const response = await visit(auth, browser, `/auth/continue?${new URLSearchParams({ return_to: address })}`)
      const expected = resolveReturnTo(address, { base: appOrigin, origins: ['https://auth.example.com'] })
      expect(response.headers.get('Location'), JSON.stringify(address)).toBe(expected)
      expect(expected).toBe(`${appOrigin}/`)
      browser.apply(response)
    }
  })

  it('answers 503 while the store is unavailable: nobody is sent to sign-in', async () => {
    const { auth, browser, stored } = await signedIn()
    stored.away = true

    const response = await visit(auth, browser, path)

    expect(response.status).toBe(503)
    expect(response.headers.getSetCookie()).toEqual([])
  })

  it('does not exist without accessCookie and signInUrl, and says so', async () => {
    const { auth } = testServer()

    const response = await visit(auth, new Browser(auth), path)

    expect(response.status).toBe(404)
    expect(await response.json()).toMatchObject({ detail: expect.stringContaining('set accessCookie and signInUrl') })
  })
})

describe('accessCookie', () => {
  it('is set by sign-in and by refresh, and cleared by sign-out', async () => {
    const { auth } = testServer({ accessCookie: { name: 'at' } })
    const browser = new Browser(auth)

    const { access_token } = await browser.signIn('ann')
    expect(browser.jar.get('at')).toBe(access_token)
    const refreshed = await browser.post('/auth/refresh')
    expect(browser.jar.get('at')).toBe(((await refreshed.json()) as { access_token: string }).access_token)
    expect(browser.jar.get('at')).not.toBe(access_token)
    await browser.post('/auth/logout')
    expect([...browser.jar]).toEqual([])
  })

  it('is not set for a session with transport body', async () => {
    const { auth } = testServer({ accessCookie: {} })
    const browser = new Browser(auth)

    await browser.signIn('ann', { transport: 'body' })

    expect([...browser.jar]).toEqual([])
  })

  it('warns once of tokens that browsers would drop', async () => {
    const { auth, logged } = testServer({ accessCookie: {} })
    const start = () =>
      auth.sessions.start({ subject: 'ann', scope: 'a', claims: { long: 'x'.repeat(4000) }, transport: 'cookie' })

    await start()
    await start()

    expect(logged.filter((line) => line.includes('too large for a cookie'))).toHaveLength(1)
  })
})

test.each([
  [{ accessCookie: { nam: 'x' } }, 'unknown option `accessCookie.nam`; did you mean `accessCookie.name`?'],
  [{ accessCookie: { name: 'a b' } }, 'accessCookie.name must be 1 to 64 letters'],
  [{ accessCookie: { domain: 'example.org' } }, 'accessCookie.domain must be auth.example.com or a domain above it'],
  [{ accessCookie: { domain: 'le.com' } }, 'accessCookie.domain must be auth.example.com or a domain above it'],
  [{ accessCookie: { path: '/shop' } }, 'unknown option `accessCookie.path`'],
  [{ accessCookie: { name: '__Host-at', domain: 'example.com' } }, 'omit domain (RFC 6265bis'],
  [{ signInUrl: '/sign-in' }, 'signInUrl needs accessCookie'],
  [{ accessCookie: {}, signInUrl: '//e.test' }, 'signInUrl must be a path such as /sign-in'],
  [
    { accessCookie: {}, signInUrl: '/sign-in', returnOrigins: ['https://a.example/x'] },
    'returnOrigins[0] must be an origin',
  ],
  [{ returnOrigins: [] }, 'returnOrigins has no meaning without signInUrl'],
])('%j is refused', (wrong, message) => {
  expect(() => testServer(wrong as object)).toThrow(message)
})
