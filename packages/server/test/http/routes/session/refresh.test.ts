import type { TokenAnswerOnWire } from '@sessionward/protocol'
import { describe, expect, it } from 'vitest'
import { appOrigin, testServer } from '../../../harness/auth-server.js'
import { Browser, codeOf } from '../../../harness/browser.js'
import { randomSecret, testSecrets } from '../../../harness/secrets.js'

const path = '/auth/refresh'

describe('POST /auth/refresh with a cookie', () => {
  it('answers without the refresh token, which travels in a cookie of the session’s own', async () => {
    const { auth } = testServer()
    const browser = new Browser(auth)
    const { session } = await browser.signIn('ann')
    const first = [...browser.jar.values()][0]!

    const response = await browser.post(path)

    expect(response.status).toBe(200)
    const text = await response.text()
    const answer = JSON.parse(text) as TokenAnswerOnWire
    expect(answer).toMatchObject({ token_type: 'Bearer', expires_in: 300, session: { id: session.id, generation: 1 } })
    expect(answer).not.toHaveProperty('refresh_token')
    expect([...browser.jar.keys()]).toEqual([`__Host-Http-sessionward.default.${session.id.slice(0, 8)}`])
    const [second] = [...browser.jar.values()]
    expect(second).toHaveLength(104)
    expect(second).not.toBe(first)
    expect(text).not.toContain(second)
  })

  it('sets cookie attributes that protect it from scripts, from plain http and from other hosts', async () => {
    const { auth } = testServer()
    const browser = new Browser(auth)
    await browser.signIn('ann')

    const [cookie, ...others] = (await browser.post(path)).headers.getSetCookie()

    expect(others).toEqual([])
    expect(cookie!.split('; ').slice(1).sort()).toEqual(
      ['Path=/', 'Secure', 'HttpOnly', 'SameSite=Lax', `Max-Age=${14 * 86_400}`].sort(),
    )
  })

  it('drops the prefix and Secure on plain http, where browsers would refuse them', async () => {
    const { auth } = testServer({ issuer: 'http://auth.intranet', allowPlainHttp: true, cookieName: 'intranet' })
    const browser = new Browser(auth)
    const { session } = await browser.signIn('ann')

    const [cookie] = (await browser.post(path)).headers.getSetCookie()

    expect(cookie).toMatch(new RegExp(`^intranet\\.default\\.${session.id.slice(0, 8)}=`))
    expect(cookie).not.toContain('Secure')
    expect(cookie).toContain('; HttpOnly; SameSite=Lax')
  })

  it('keeps a cookie that is to die with the browser without Max-Age', async () => {
    const { auth } = testServer()
    const browser = new Browser(auth)
    await browser.signIn('ann', { remember: false })

    const [cookie] = (await browser.post(path)).headers.getSetCookie()

    expect(cookie).not.toContain('Max-Age')
    expect(cookie).not.toContain('Expires')
  })

  it('confirms once for fifty concurrent tabs, each granted or raced, and signs nobody out', async () => {
    const { auth } = testServer()
    const browser = new Browser(auth)
    await browser.signIn('ann')
    await browser.post(path)

    const responses = await Promise.all(Array.from({ length: 50 }, () => browser.send(path)))

    expect(new Set(responses.map(({ status }) => status))).toEqual(new Set([200]))
    expect(auth.figures()).toMatchObject({ refresh_confirmed: 1 })
    for (const response of responses) browser.apply(response)
    expect((await browser.post(path)).status).toBe(200)
    expect(auth.figures()).not.toHaveProperty('session_revoked')
  })

  it('keeps the session of a page that hangs in its refresh and is reloaded six times within ten seconds', async () => {
    const { auth, clock } = testServer()
    const browser = new Browser(auth)
    await browser.signIn('ann')
    const hanging = browser.request(path)
    // The server does the work; the answer never reaches the browser.
    await auth.fetch(hanging.clone())

    for (let reload = 0; reload < 6; reload++) {
      clock.advance(1.5)
      expect((await browser.post(path)).status).toBe(200)
    }
    const repeated = await auth.fetch(hanging)

    expect([repeated.status, await codeOf(repeated)]).toEqual([409, 'refresh_raced'])
    expect((await browser.post(path)).status).toBe(200)
  })

  it('answers the loser of a race with 409, without changing its cookie', async () => {
    const { auth } = testServer()
    const [one, other] = [new Browser(auth), new Browser(auth)]
    await one.signIn('ann')
    for (const [name, token] of one.jar) other.jar.set(name, token)
    await one.post(path)
    await one.post(path)

    const response = await other.post(path)

    expect(response.status).toBe(409)
    expect(response.headers.getSetCookie()).toEqual([])
    expect(response.headers.get('WWW-Authenticate')).toBeNull()
    expect(await response.json()).toMatchObject({ code: 'refresh_raced', verdict: 'retry' })
  })

  it('ends the session of a token that is presented again late, and clears that cookie and no other', async () => {
    const { auth, clock } = testServer()
    const [honest, thief] = [new Browser(auth), new Browser(auth)]
    await honest.signIn('ann')
    for (const [name, token] of honest.jar) thief.jar.set(name, token)
    thief.jar.set('theme', 'dark')
    await honest.post(path)
    await honest.post(path)
    clock.advance(11)

    const response = await thief.post(path)

    expect(response.status).toBe(401)
    expect(response.headers.get('WWW-Authenticate')).toBe('Sessionward')
    expect(response.headers.get('Cache-Control')).toBe('no-store')
    expect(response.headers.getSetCookie()).toEqual([
      `${[...honest.jar.keys()][0]}=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0`,
    ])
    expect(await codeOf(await honest.post(path))).toBe('refresh_token_reused')
  })

  it('answers 204 if nobody is signed in, which is no error for a page', async () => {
    const { auth } = testServer()

    for (const headers of [{}, { 'Sec-Fetch-Site': 'same-origin' }]) {
      const response = await new Browser(auth).post(path, {}, headers)
      expect(response.status).toBe(204)
      expect(response.headers.get('Cache-Control')).toBe('no-store')
      expect(response.headers.getSetCookie()).toEqual([])
    }
  })

  it('refuses a page that is not listed in the same way whether or not somebody is signed in', async () => {
    const { auth } = testServer()
    const [nobody, ann] = [new Browser(auth), new Browser(auth)]
    await ann.signIn('ann')
    const sibling = { Origin: 'https://other.example.com', 'Sec-Fetch-Site': 'same-site' }

    for (const browser of [nobody, ann]) {
      const response = await browser.send('/auth/refresh', undefined, sibling)

      expect(response.status).toBe(403)
      expect(await codeOf(response)).toBe('origin_refused')
    }
  })

  it('answers 204 to the cookie of another auth server on this host name, whose key it does not know', async () => {
    const { refresh, ...others } = testSecrets()
    const keys = refresh.map((key) => ({ ...key, id: key.id + 100 }))
    const other = new Browser(testServer({ secrets: { ...others, refresh: keys } }).auth)
    await other.signIn('ann')
    const browser = new Browser(testServer().auth)
    for (const [name, token] of other.jar) browser.jar.set(name, token)

    const response = await browser.post('/auth/refresh')

    expect(response.status).toBe(204)
    expect(browser.jar.size).toBe(1)
  })

  it('asks for a sign-in where the session that the caller names has no cookie', async () => {
    const { auth } = testServer()

    const response = await new Browser(auth).post(path, undefined, { 'Sessionward-Session': 'a'.repeat(22) })

    expect(response.status).toBe(401)
    expect(response.headers.get('WWW-Authenticate')).toBe('Sessionward')
    expect(await codeOf(response)).toBe('refresh_token_missing')
  })

  it.each([
    ['the store', 'stored'],
    ['the directory', 'directory'],
  ] as const)('answers 503 with Retry-After, and no clearing of a cookie, while %s is unavailable', async (_, part) => {
    const { auth, ...parts } = testServer()
    const browser = new Browser(auth)
    await browser.signIn('ann')
    parts[part].away = true

    const response = await browser.post(path)

    expect(response.status).toBe(503)
    expect(response.headers.get('Retry-After')).toBe('1')
    expect(response.headers.getSetCookie()).toEqual([])
    expect(await response.json()).toMatchObject({ code: 'service_unavailable', verdict: 'retry' })
    parts[part].away = false
    expect((await browser.post(path)).status).toBe(200)
  })

  it.each([
    ['named', 401],
    ['not named', 204],
  ])('answers an unknown session exactly as a wrong tag, byte for byte, where it is %s', async (named, status) => {
    const { auth } = testServer()
    const browser = new Browser(auth)
    await browser.signIn('ann')
    const [[name, token]] = [...browser.jar] as [[string, string]]
    const spoil = async (at: number) => {
      const bytes = Buffer.from(token, 'base64url')
      bytes[at]! ^= 1
      browser.jar.set(name, bytes.toString('base64url'))
      const sid = Buffer.from(bytes.subarray(2, 18)).toString('base64url')
      const response = await browser.send(path, undefined, named === 'named' ? { 'Sessionward-Session': sid } : {})
      return { status: response.status, headers: [...response.headers], body: await response.text() }
    }

    const [unknown, wrong] = [await spoil(17), await spoil(77)]

    expect(wrong).toEqual(unknown)
    expect(wrong.status).toBe(status)
    if (status === 401) expect(JSON.parse(wrong.body)).toMatchObject({ code: 'refresh_token_invalid' })
    expect(wrong.headers.filter(([name]) => name === 'set-cookie')).toEqual([])
  })
})

describe('POST /auth/refresh with the token in the body', () => {
  it('answers with the next token in the body and sets no cookie, from anywhere', async () => {
    const { auth } = testServer()
    const browser = new Browser(auth)
    const { refresh_token } = await browser.signIn('ann', { transport: 'body' })
    expect(browser.jar.size).toBe(0)
    const headers = { Origin: 'https://evil.example', 'Sec-Fetch-Site': 'cross-site' }

    const response = await browser.post(path, { refresh_token }, headers)

    expect(response.status).toBe(200)
    expect(response.headers.getSetCookie()).toEqual([])
    expect(response.headers.get('Access-Control-Allow-Origin')).toBeNull()
    const { refresh_token: next } = (await response.json()) as TokenAnswerOnWire
    expect(next).toHaveLength(104)
    expect(next).not.toBe(refresh_token)
  })

  it('does not take the token of a cookie, nor in a cookie the token of a body', async () => {
    const { auth } = testServer()
    const [withCookie, withBody] = [new Browser(auth), new Browser(auth)]
    await withCookie.signIn('ann')
    const { refresh_token, session } = await withBody.signIn('ann', { transport: 'body' })
    const [[name, token]] = [...withCookie.jar] as [[string, string]]
    const own = `${name.slice(0, name.lastIndexOf('.'))}.${session.id.slice(0, 8)}`

    const stolen = await withBody.post(path, { refresh_token: token })
    withBody.jar.set(own, refresh_token!)
    const planted = await withBody.post(path)

    expect([await codeOf(stolen), await codeOf(planted)]).toEqual(['invalid_request', 'invalid_request'])
    expect(withBody.jar.size).toBe(1)
    expect((await withCookie.post(path)).status).toBe(200)
  })

  it('answers 409 session_changed where the caller names another session', async () => {
    const { auth } = testServer()
    const browser = new Browser(auth)
    const { refresh_token } = await browser.signIn('ann', { transport: 'body' })

    const response = await browser.post(path, { refresh_token }, { 'Sessionward-Session': 'a'.repeat(22) })

    expect(response.status).toBe(409)
    expect(await response.json()).toMatchObject({ code: 'session_changed', verdict: 'terminal' })
  })
})

const secret = randomSecret()
const basic = { Authorization: `Basic ${Buffer.from(`default:${encodeURIComponent(secret)}`).toString('base64')}` }
const options = { clients: [{ id: 'default', secret }] }

describe('POST /auth/refresh for a client that has a secret', () => {
  it('needs the secret with a token in the body: without it nothing is rotated', async () => {
    const { auth, stored } = testServer(options)
    const browser = new Browser(auth)
    const { refresh_token: first } = await browser.signIn('ann', { transport: 'body' })
    const { refresh_token, session } = (await (
      await browser.post(path, { refresh_token: first }, basic)
    ).json()) as TokenAnswerOnWire
    const before = (await stored.store.sessions.find(session.id)).session

    const response = await browser.post(path, { refresh_token })

    expect(response.status).toBe(401)
    expect(response.headers.get('WWW-Authenticate')).toBe('Basic realm="sessionward"')
    expect(await codeOf(response)).toBe('invalid_client')
    expect((await stored.store.sessions.find(session.id)).session).toEqual(before)
    expect((await browser.post(path, { refresh_token }, basic)).status).toBe(200)
  })

  it('needs no secret with a cookie: a browser cannot keep one', async () => {
    const { auth } = testServer(options)
    const browser = new Browser(auth)
    await browser.signIn('ann')

    expect((await browser.post(path)).status).toBe(200)
  })
})

describe('POST /auth/refresh with rotate: false', () => {
  it.each([undefined, 'body'] as const)(
    'uses the token and mints none, for a session of transport %s',
    async (transport) => {
      const { auth, stored } = testServer(options)
      const browser = new Browser(auth)
      const { refresh_token, session } = await browser.signIn('ann', transport ? { transport } : {})
      const renderer = new Browser(auth)
      const own = refresh_token ?? [...browser.jar.values()][0]
      const next = transport
        ? ((await (await browser.post(path, { refresh_token: own }, basic)).json()) as TokenAnswerOnWire).refresh_token
        : (await browser.post(path)) && [...browser.jar.values()][0]

      const response = await renderer.post(path, { refresh_token: next, rotate: false }, basic)

      expect(response.status).toBe(200)
      const answer = (await response.json()) as TokenAnswerOnWire
      expect(answer).not.toHaveProperty('refresh_token')
      expect(answer.session.generation).toBe(1)
      expect(response.headers.getSetCookie()).toEqual([])
      expect((await stored.store.sessions.find(session.id)).session).toMatchObject({ generation: 1 })
    },
  )

  it('is refused without client authentication, and by cookie', async () => {
    const { auth } = testServer(options)
    const browser = new Browser(auth)
    await browser.signIn('ann')
    const [token] = [...browser.jar.values()]

    expect(await codeOf(await browser.post(path, { refresh_token: token, rotate: false }))).toBe('invalid_request')
    expect(await codeOf(await browser.post(path, { rotate: false }, basic))).toBe('invalid_request')
  })

  it('is refused to a client that the session does not belong to', async () => {
    const { auth } = testServer({ clients: [{ id: 'other', secret }] })
    const browser = new Browser(auth)
    await browser.signIn('ann')
    const other = { Authorization: `Basic ${Buffer.from(`other:${encodeURIComponent(secret)}`).toString('base64')}` }

    const [token] = [...browser.jar.values()]
    expect(await codeOf(await browser.post(path, { refresh_token: token, rotate: false }, other))).toBe(
      'refresh_token_invalid',
    )
    expect(await codeOf(await browser.send(path, undefined, other))).toBe('refresh_token_invalid')
    expect((await browser.post(path, undefined, { Origin: appOrigin })).status).toBe(200)
  })
})
