import type { TokenAnswerOnWire } from '@sessionward/protocol'
import { describe, expect, it } from 'vitest'
import { testServer } from '../../../harness/auth-server.js'
import { Browser, codeOf } from '../../../harness/browser.js'
import { passwordOf } from '../../../harness/people.js'

const path = '/auth/login'
const ann = { username: 'ann', password: passwordOf('ann') }

describe('POST /auth/login', () => {
  it('answers with an access token, the session and the person, to be kept by no cache', async () => {
    const { auth } = testServer()

    const response = await new Browser(auth).post(path, ann)

    expect(response.status).toBe(200)
    expect(response.headers.get('Cache-Control')).toBe('no-store')
    expect(response.headers.get('Pragma')).toBe('no-cache')
    expect(response.headers.get('Content-Type')).toBe('application/json')
    const answer = await response.json()
    expect(Object.keys(answer).sort()).toEqual(
      ['access_token', 'token_type', 'expires_in', 'refresh_expires_in', 'session', 'user'].sort(),
    )
    expect(answer).toMatchObject({
      token_type: 'Bearer',
      expires_in: 300,
      refresh_expires_in: 14 * 86_400,
      session: { generation: 0 },
      user: { subject: 'ann' },
    })
  })

  it('puts the refresh token into the body with transport `body`, and sets no cookie', async () => {
    const { auth } = testServer()

    const response = await new Browser(auth).post(path, { ...ann, transport: 'body' })

    expect(response.headers.getSetCookie()).toEqual([])
    expect(await response.json()).toMatchObject({ refresh_token: expect.stringMatching(/^[\w-]{104}$/) })
  })

  it('sets a session cookie with `remember: false`', async () => {
    const { auth } = testServer()

    const response = await new Browser(auth).post(path, { ...ann, remember: false })

    expect(response.headers.getSetCookie()[0]).not.toContain('Max-Age')
    expect(await response.json()).toMatchObject({ refresh_expires_in: 12 * 3600 })
  })

  it('creates a new session each time, whatever id the browser sent (session fixation)', async () => {
    const { auth } = testServer()
    const browser = new Browser(auth)
    browser.jar.set(`__Host-Http-sessionward.default.${'A'.repeat(8)}`, Buffer.alloc(78, 1).toString('base64url'))

    const one = await browser.signIn('ann')
    const two = await browser.signIn('ann')

    expect(two.session.id).not.toBe(one.session.id)
    const refreshed = (await (await browser.post('/auth/refresh')).json()) as TokenAnswerOnWire
    expect(refreshed.session.id).toBe(two.session.id)
  })

  it('ends the earlier sessions of its client in this browser, clears their cookies and touches no other', async () => {
    const { auth, stored } = testServer()
    const browser = new Browser(auth)
    const earlier = await browser.signIn('ann')
    const elsewhere = new Browser(auth)
    await elsewhere.signIn('ann')
    const other = await auth.sessions.start({ subject: 'ann', clientId: 'admin' })
    browser.apply(new Response(null, { headers: { 'Set-Cookie': other.setCookies[0]! } }))
    browser.jar.set('theme', 'dark')

    const { session } = await browser.signIn('bob')

    expect([...browser.jar.keys()].sort()).toEqual(
      [`__Host-Http-sessionward.default.${session.id.slice(0, 8)}`, other.setCookies[0]!.split('=')[0], 'theme'].sort(),
    )
    expect((await stored.store.sessions.find(earlier.session.id)).session!.ended).toMatchObject({
      reason: 'session_replaced',
    })
    expect((await elsewhere.post('/auth/refresh')).status).toBe(200)
    expect((await stored.store.sessions.find(other.session.id)).session!.ended).toBeNull()
  })

  it('ends no session if the password was wrong', async () => {
    const { auth } = testServer()
    const browser = new Browser(auth)
    await browser.signIn('ann')

    const response = await browser.post(path, { ...ann, password: 'wrong' })

    expect(response.status).toBe(401)
    expect(response.headers.getSetCookie()).toEqual([])
    expect((await browser.post('/auth/refresh')).status).toBe(200)
  })

  it('leaves the cookie of another auth server on this host name alone', async () => {
    const [here, there] = [testServer(), testServer()]
    const browser = new Browser(there.auth)
    await browser.signIn('ann')
    const [other] = browser.jar

    const response = await new Browser(here.auth).post(path, ann, { Cookie: other!.join('=') })

    expect(response.headers.getSetCookie()).toHaveLength(1)
  })

  it('is not stopped by a cookie whose key this node does not know', async () => {
    const { auth } = testServer()
    const browser = new Browser(auth)
    await browser.signIn('ann')
    const [[name, token]] = [...browser.jar] as [[string, string]]
    const bytes = Buffer.from(token, 'base64url')
    bytes[1] = 200
    browser.jar.set(name, bytes.toString('base64url'))

    const response = await browser.post(path, ann)

    expect(response.status).toBe(200)
    expect((await browser.post('/auth/refresh')).status).toBe(200)
  })

  it('keeps what the device says of itself, and nothing that only the server may say', async () => {
    const { auth, stored } = testServer()
    const more = {
      device: { id: 'd1', name: 'Ann’s phone', class: 'phone', trusted: true },
      subject: 'bob',
      sub: 'bob',
      scope: 'admin',
      tenant: 'elsewhere',
      clientId: 'admin',
      client_id: 'admin',
      generation: 7,
      binding: { type: 'dpop', jkt: 'x' },
      claims: { admin: true },
      amr: ['mfa'],
    }

    const { session } = await new Browser(auth).signIn('ann', more)

    expect((await stored.store.sessions.find(session.id)).session).toMatchObject({
      subject: 'ann',
      tenant: '',
      clientId: 'default',
      scope: null,
      claims: {},
      amr: ['pwd'],
      generation: 0,
      binding: null,
      address: '192.0.2.7',
      device: { id: 'd1', name: 'Ann’s phone', class: 'phone' },
    })
    expect((await stored.store.sessions.find(session.id)).session!.device).not.toHaveProperty('trusted')
  })

  it('refuses a password over 1024 bytes without a check, however few characters it has', async () => {
    const { auth } = testServer()

    const response = await new Browser(auth).post(path, { username: 'ann', password: '\u5bc6'.repeat(342) })

    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ detail: '"password": must have at most 1024 bytes' })
    expect(auth.figures()).not.toHaveProperty('sign_in_failed')
  })

  it('keeps at most 256 characters of what the browser calls itself', async () => {
    const { auth, stored } = testServer()

    const response = await new Browser(auth).send(path, ann, { 'User-Agent': 'x'.repeat(5000) })

    const { session } = (await response.json()) as { session: { id: string } }
    expect((await stored.store.sessions.find(session.id)).session!.userAgent).toBe('x'.repeat(256))
  })

  it.each([
    ['username', { $ne: '' }],
    ['username', { $gt: '' }],
    ['username', ['ann']],
    ['username', 5],
    ['username', null],
    ['username', true],
    ['username', ''],
    ['username', 'x'.repeat(257)],
    ['password', { $ne: '' }],
    ['password', ['x']],
    ['password', null],
    ['password', ''],
    ['password', 'x'.repeat(1025)],
    ['remember', 'false'],
    ['remember', { $ne: 1 }],
    ['transport', 'query'],
    ['transport', ['body']],
    ['transport', 'constructor'],
    ['device', 'phone'],
    ['device', ['phone']],
    ['device', null],
    ['device', { class: 'toaster' }],
    ['device', { name: { $ne: '' } }],
    ['device', { id: 'x'.repeat(129) }],
  ])('refuses a wrong %s (%#) with 400 that names it, and asks the directory nothing', async (member, value) => {
    const { auth, stored } = testServer()

    const response = await new Browser(auth).post(path, { ...ann, [member]: value })

    expect(response.status).toBe(400)
    const problem = (await response.json()) as { code: string; detail: string }
    expect(problem.code).toBe('invalid_request')
    expect(problem.detail).toMatch(new RegExp(`^"${member}`))
    expect(stored.calls.filter((verb) => verb.startsWith('counters') || verb.startsWith('accounts'))).toEqual([])
  })

  it.each(['username[$ne]', '__proto__', 'constructor'])('does not take %s for a user name', async (member) => {
    const { auth } = testServer()

    const response = await new Browser(auth).post(path, `{"${member}":{"$ne":""},"password":"x"}`)

    expect(response.status).toBe(400)
    expect(({} as { $ne?: string }).$ne).toBeUndefined()
  })

  it('answers 503 and counts no failed attempt while the directory is unavailable', async () => {
    const { auth, directory } = testServer()
    directory.away = true
    for (let attempt = 0; attempt < 15; attempt++) {
      expect((await new Browser(auth).post(path, ann)).status).toBe(503)
    }
    directory.away = false

    expect((await new Browser(auth).post(path, ann)).status).toBe(200)
  })

  it('answers 503 with Retry-After while the store is unavailable', async () => {
    const { auth, stored } = testServer()
    stored.away = true

    const response = await new Browser(auth).post(path, ann)

    expect(response.status).toBe(503)
    expect(response.headers.get('Retry-After')).toBe('1')
    expect(await codeOf(response)).toBe('service_unavailable')
  })

  it('answers 503 even where a directory throws what is not an Error', async () => {
    const { auth, directory } = testServer()
    Object.assign(directory, { authenticate: () => Promise.reject('no such table') })

    expect((await new Browser(auth).post(path, ann)).status).toBe(503)
  })
})
