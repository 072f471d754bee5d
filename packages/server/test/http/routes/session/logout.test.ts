import type { TokenAnswerOnWire } from '@sessionward/protocol'
import { describe, expect, it } from 'vitest'
import { memoryStore } from '../../../../src/store/memory/index.js'
import { StoreUnavailableError } from '../../../../src/store/store.js'
import { testServer } from '../../../harness/auth-server.js'
import { Browser, codeOf } from '../../../harness/browser.js'

const path = '/auth/logout'

describe('POST /auth/logout', () => {
  it('ends the session of the cookie and clears it; guards refuse its access tokens from then on', async () => {
    const { auth } = testServer()
    const browser = new Browser(auth)
    const { access_token } = await browser.signIn('ann')
    const copy = new Map(browser.jar)

    const response = await browser.post(path)

    expect(response.status).toBe(204)
    expect(await response.text()).toBe('')
    expect(response.headers.get('Cache-Control')).toBe('no-store')
    expect(browser.jar.size).toBe(0)
    for (const [name, token] of copy) browser.jar.set(name, token)
    expect(await codeOf(await browser.post('/auth/refresh'))).toBe('signed_out')
    const me = await auth.fetch(
      new Request('https://auth.example.com/auth/me', { headers: { Authorization: `Bearer ${access_token}` } }),
    )
    expect(await codeOf(me)).toBe('signed_out')
  })

  it('ends the earlier sessions of the browser too, whose cookies it clears', async () => {
    const { auth } = testServer()
    const browser = new Browser(auth)
    for (const subject of ['ann', 'ann', 'bob']) {
      for (const cookie of (await auth.sessions.start({ subject })).setCookies) {
        const [name, token] = cookie.split(';')[0]!.split('=') as [string, string]
        browser.jar.set(name, token)
      }
    }

    await browser.post(path)

    expect(browser.jar.size).toBe(0)
    expect(await auth.sessions.list({ subject: 'ann' })).toEqual([])
    expect(await auth.sessions.list({ subject: 'bob' })).toEqual([])
  })

  it('leaves the other sessions of the subject alone', async () => {
    const { auth } = testServer()
    const [one, other] = [new Browser(auth), new Browser(auth)]
    await one.signIn('ann')
    await other.signIn('ann')

    await one.post(path)

    expect((await other.post('/auth/refresh')).status).toBe(200)
  })

  it('ends every session of the subject, and of nobody else, with `everywhere`', async () => {
    const { auth } = testServer()
    const [one, two, other] = [new Browser(auth), new Browser(auth), new Browser(auth)]
    await one.signIn('ann')
    await two.signIn('ann')
    await other.signIn('bob')

    const response = await one.post(path, { everywhere: true })

    expect(response.status).toBe(204)
    expect(await codeOf(await two.post('/auth/refresh'))).toBe('signed_out')
    expect((await other.post('/auth/refresh')).status).toBe(200)
  })

  it('ends every session at the second try where the first was interrupted half way', async () => {
    const { auth, stored } = testServer()
    const [one, two] = [new Browser(auth), new Browser(auth)]
    const { session } = await one.signIn('ann')
    await two.signIn('ann')
    stored.around = async (verb, args, go) => {
      if (verb !== 'sessions.revokeBySubject') return go()
      // A store without transactions may end one session and not the next.
      if (args[3] !== session.id) await stored.store.sessions.revoke(session.id, 'signed_out', 300)
      throw new StoreUnavailableError('it was interrupted')
    }
    expect((await one.send(path, { everywhere: true })).status).toBe(503)
    stored.around = undefined

    const response = await one.send(path, { everywhere: true })

    expect(response.status).toBe(204)
    expect(await codeOf(await two.post('/auth/refresh'))).toBe('signed_out')
  })

  it('can be sent twice', async () => {
    const { auth } = testServer()
    const browser = new Browser(auth)
    await browser.signIn('ann')

    const answers = [await browser.send(path), await browser.send(path)]

    expect(answers.map(({ status }) => status)).toEqual([204, 204])
    expect(answers[1]!.headers.getSetCookie()).toHaveLength(1)
    expect(auth.figures().session_revoked).toBe(1)
  })

  it('accepts a superseded token as a sign-out, not as a reuse', async () => {
    const { auth, clock } = testServer()
    const browser = new Browser(auth)
    await browser.signIn('ann')
    const old = new Map(browser.jar)
    await browser.post('/auth/refresh')
    await browser.post('/auth/refresh')
    clock.advance(60)
    for (const [name, token] of old) browser.jar.set(name, token)

    expect((await browser.send(path)).status).toBe(204)

    expect(await codeOf(await browser.send('/auth/refresh'))).toBe('signed_out')
    expect(auth.figures()).not.toHaveProperty('refresh_token_reused')
  })

  it('does not end every session for a superseded token: its own one only, and the answer says so', async () => {
    const { auth, clock } = testServer()
    const [browser, other] = [new Browser(auth), new Browser(auth)]
    const { refresh_token: old } = await browser.signIn('ann', { transport: 'body' })
    const { session } = await other.signIn('ann')
    await supersede(browser, old!)
    clock.advance(60)

    const response = await browser.post(path, { refresh_token: old, everywhere: true })

    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({
      code: 'invalid_request',
      detail:
        'everywhere: expected the current refresh token or an access token; only the session of the token has ended',
    })
    expect((await auth.sessions.list({ subject: 'ann' })).map(({ id }) => id)).toEqual([session.id])
  })

  it('ends no session for a token superseded just now, where all are meant: the current one is on its way', async () => {
    const { auth } = testServer()
    const browser = new Browser(auth)
    const { refresh_token: old } = await browser.signIn('ann', { transport: 'body' })
    const current = await supersede(browser, old!)

    expect(await codeOf(await browser.post(path, { refresh_token: old, everywhere: true }))).toBe('refresh_raced')

    expect(await auth.sessions.list({ subject: 'ann' })).toHaveLength(1)
    expect((await browser.post(path, { refresh_token: current, everywhere: true })).status).toBe(204)
    expect(await auth.sessions.list({ subject: 'ann' })).toEqual([])
  })

  it('ends every session for a superseded token with an access token beside it, for that one is valid', async () => {
    const { auth, clock } = testServer()
    const [browser, other] = [new Browser(auth), new Browser(auth)]
    const { refresh_token: old, access_token } = await browser.signIn('ann', { transport: 'body' })
    await other.signIn('ann')
    await supersede(browser, old!)
    clock.advance(60)
    const bearer = { Authorization: `Bearer ${access_token}` }

    expect((await browser.post(path, { refresh_token: old, everywhere: true }, bearer)).status).toBe(204)

    expect(await auth.sessions.list({ subject: 'ann' })).toEqual([])
  })

  it('ends the session of a refresh token in the body, with no cookie and from anywhere', async () => {
    const { auth } = testServer()
    const browser = new Browser(auth)
    const { refresh_token } = await browser.signIn('ann', { transport: 'body' })

    const response = await browser.post(path, { refresh_token }, { Origin: 'https://evil.example' })

    expect(response.status).toBe(204)
    expect(response.headers.getSetCookie()).toEqual([])
    expect(await codeOf(await browser.post('/auth/refresh', { refresh_token }))).toBe('signed_out')
  })

  it('ends the session of an access token', async () => {
    const { auth } = testServer()
    const browser = new Browser(auth)
    const { access_token, refresh_token } = await browser.signIn('ann', { transport: 'body' })

    expect((await browser.post(path, undefined, { Authorization: `Bearer ${access_token}` })).status).toBe(204)

    expect(await codeOf(await browser.post('/auth/refresh', { refresh_token }))).toBe('signed_out')
  })

  it('refuses a wrong access token where nothing else came', async () => {
    const { auth } = testServer()

    const response = await new Browser(auth).post(path, undefined, { Authorization: 'Bearer not.a.token' })

    expect(response.status).toBe(401)
    expect(response.headers.get('WWW-Authenticate')).toContain('error="invalid_token"')
  })

  it.each([
    ['no cookie', undefined],
    ['an empty body', {}],
    ['an unknown refresh token', { refresh_token: 'A'.repeat(104) }],
    ['garbage for a refresh token', { refresh_token: 'garbage' }],
  ])('answers %s with 204 too', async (_, body) => {
    const { auth } = testServer()

    const response = await new Browser(auth).post(path, body)

    expect(response.status).toBe(204)
    expect(response.headers.getSetCookie()).toEqual([])
  })

  it('neither clears nor ends anything for a cookie that is not ours', async () => {
    const { auth } = testServer()
    const browser = new Browser(auth)
    browser.jar.set('__Host-Http-sessionward.default.forged', 'A'.repeat(104))

    expect((await browser.post(path)).status).toBe(204)

    expect(browser.jar.size).toBe(1)
    expect(auth.figures()).not.toHaveProperty('session_revoked')
  })

  it('clears the cookies of earlier sign-ins too, so that nobody else is signed in afterwards', async () => {
    const { auth, clock } = testServer()
    const browser = new Browser(auth)
    await browser.signIn('ann')
    clock.advance(60)
    const { setCookies } = await auth.sessions.start({ subject: 'bob' })
    browser.apply(new Response(null, { headers: { 'Set-Cookie': setCookies[0]! } }))

    await browser.post(path)

    expect(browser.jar.size).toBe(0)
    expect((await browser.post('/auth/refresh')).status).toBe(204)
  })

  it('ends the session that is named among several, and clears no other’s cookie', async () => {
    const { auth } = testServer()
    const [browser, tab] = [new Browser(auth), new Browser(auth)]
    const ann = await browser.signIn('ann')
    const bob = await tab.signIn('bob')
    for (const [name, token] of tab.jar) browser.jar.set(name, token)

    await browser.post(path, undefined, { 'Sessionward-Session': ann.session.id })

    expect([...browser.jar.keys()]).toEqual([...tab.jar.keys()])
    const answer = (await (await browser.post('/auth/refresh')).json()) as TokenAnswerOnWire
    expect(answer.session.id).toBe(bob.session.id)
  })

  it.each([false, true])(
    'ends an earlier session that is named although somebody has signed in since, everywhere: %s',
    async (everywhere) => {
      const clock = { ahead: 0 }
      const { auth } = testServer({ store: memoryStore({ now: () => Date.now() + clock.ahead }) })
      const browser = new Browser(auth)
      const start = async (subject: string) => {
        const started = await auth.sessions.start({ subject })
        for (const cookie of started.setCookies) {
          const [name, token] = cookie.split(';')[0]!.split('=') as [string, string]
          browser.jar.set(name, token)
        }
        return started.session.id
      }
      const ann = await start('ann')
      clock.ahead = 1000
      await start('bob')

      const response = await browser.post(path, { everywhere }, { 'Sessionward-Session': ann })

      expect(response.status).toBe(204)
      expect(await auth.sessions.list({ subject: 'ann' })).toEqual([])
      expect(browser.jar.size).toBe(1)
      expect((await browser.post('/auth/refresh')).status).toBe(200)
    },
  )

  it('does not tell a page that is not listed whether somebody is signed in', async () => {
    const { auth } = testServer()
    const [somebody, nobody] = [new Browser(auth), new Browser(auth)]
    await somebody.signIn('ann')
    const sibling = { Origin: 'https://other.example.com', 'Sec-Fetch-Site': 'same-site' }

    const statuses = await Promise.all(
      [somebody, nobody].map(async (one) => (await one.post(path, undefined, sibling)).status),
    )

    expect(statuses).toEqual([403, 403])
  })

  it('ends nothing of the new session where a late sign-out names the old one', async () => {
    const { auth } = testServer()
    const browser = new Browser(auth)
    const old = await browser.signIn('ann')
    await browser.signIn('bob')

    const response = await browser.post(path, undefined, { 'Sessionward-Session': old.session.id })

    expect(response.status).toBe(204)
    expect(response.headers.getSetCookie()).toEqual([])
    expect((await browser.post('/auth/refresh')).status).toBe(200)
  })

  it('does not say that somebody is signed out while the store is unavailable', async () => {
    const { auth, stored } = testServer()
    const browser = new Browser(auth)
    await browser.signIn('ann')
    stored.away = true

    const response = await browser.post(path)

    expect(response.status).toBe(503)
    expect(response.headers.get('Retry-After')).toBe('1')
    expect(browser.jar.size).toBe(1)
  })

  it('leaves no token to a refresh that was under way', async () => {
    const { auth, stored } = testServer()
    const browser = new Browser(auth)
    await browser.signIn('ann')
    await browser.post('/auth/refresh')
    stored.before = async (verb) => {
      if (verb !== 'sessions.confirm') return
      stored.before = undefined
      await browser.send(path)
    }

    expect(await codeOf(await browser.send('/auth/refresh'))).toBe('signed_out')
  })
})

/** Uses a token and its successor. @returns the one that is then current. */
async function supersede(browser: Browser, token: string): Promise<string> {
  const refresh = async (refresh_token: string) =>
    ((await (await browser.post('/auth/refresh', { refresh_token })).json()) as TokenAnswerOnWire).refresh_token!
  return refresh(await refresh(token))
}
