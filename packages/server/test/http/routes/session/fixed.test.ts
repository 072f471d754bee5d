import { createGuard } from '@sessionward/guard'
import type { TokenAnswerOnWire } from '@sessionward/protocol'
import { describe, expect, it, onTestFinished } from 'vitest'
import { testServer } from '../../../harness/auth-server.js'
import { Browser, codeOf } from '../../../harness/browser.js'
import { drivers } from '../../../harness/drivers.js'
import { Holder } from '../../../harness/holder.js'
import { passwordOf, people } from '../../../harness/people.js'
import { randomSecret, testSecrets } from '../../../harness/secrets.js'
import type { Driver } from '../../../harness/stores.js'
import { visit } from '../../../harness/visit.js'

const hour = 3600
const day = 24 * hour

function fixedServer(options: Parameters<typeof testServer>[0] = {}, driver?: Driver) {
  return testServer({ sessionKind: 'fixed', ...options }, driver)
}

async function exchanged(browser: Browser): Promise<TokenAnswerOnWire> {
  const response = await browser.post('/auth/refresh')
  expect(response.status).toBe(200)
  return (await response.json()) as TokenAnswerOnWire
}

describe('a sign-in to a fixed session', () => {
  it('sets a cookie for 30 days that no script can read, and answers no refresh token', async () => {
    const { auth } = fixedServer()

    const response = await new Browser(auth).send('/auth/login', { username: 'ann', password: passwordOf('ann') })

    const answer = (await response.json()) as TokenAnswerOnWire
    expect(answer).toMatchObject({ expires_in: 300, refresh_expires_in: 30 * day, session: { generation: 0 } })
    expect(answer).not.toHaveProperty('refresh_token')
    expect(response.headers.getSetCookie()).toEqual([
      expect.stringMatching(
        /^__Host-Http-sessionward\.\S+=\S{104}; Path=\/; Secure; HttpOnly; SameSite=Lax; Max-Age=2592000$/,
      ),
    ])
  })

  it('without `remember` sets a cookie that dies with the browser, of a session that ends within 12 hours', async () => {
    const { auth, clock } = fixedServer()
    const browser = new Browser(auth)

    const response = await browser.post('/auth/login', {
      username: 'ann',
      password: passwordOf('ann'),
      remember: false,
    })

    expect(response.headers.getSetCookie()[0]).not.toContain('Max-Age')
    clock.advance(11 * hour)
    await exchanged(browser)
    clock.advance(hour)
    expect(await codeOf(await browser.send('/auth/refresh'))).toBe('session_expired')
  })
})

describe('several sites with one auth server', () => {
  const [shop, news] = ['https://app.example.com', 'https://news.example.com']
  const headers = (Origin: string) => ({ Origin, 'Sec-Fetch-Site': 'same-site' })

  it('exchange one cookie for one session, and a sign-out on one of them ends it for all', async () => {
    const { auth } = fixedServer({ origins: [shop, news] })
    const browser = new Browser(auth)
    const { session } = await browser.signIn('ann')

    const answers = [
      await browser.post('/auth/refresh', {}, headers(shop)),
      await browser.post('/auth/refresh', {}, headers(news)),
    ]

    for (const answer of answers) expect(await answer.json()).toMatchObject({ session: { id: session.id } })
    await browser.post('/auth/logout', {}, headers(shop))
    expect((await browser.post('/auth/refresh', {}, headers(news))).status).toBe(204)
  })

  it('refuse a page of a site that is not listed', async () => {
    const { auth } = fixedServer({ origins: [shop, news] })
    const browser = new Browser(auth)
    await browser.signIn('ann')

    const response = await browser.post('/auth/refresh', {}, headers('https://blog.example.com'))

    expect([response.status, await codeOf(response)]).toEqual([403, 'origin_refused'])
  })

  it('have one session, so a sign-in as somebody else on one of them holds for all', async () => {
    const { auth } = fixedServer({ origins: [shop, news] })
    const browser = new Browser(auth)
    await browser.signIn('ann')

    await browser.post('/auth/login', { username: 'bob', password: passwordOf('bob') }, headers(news))

    expect(browser.jar.size).toBe(1)
    const response = await browser.post('/auth/refresh', {}, headers(shop))
    expect(await response.json()).toMatchObject({ user: { subject: 'bob' } })
  })
})

describe.each(drivers)('an exchange of the identity cookie on $name', (driver) => {
  it('a hundred times answers access tokens, sets no cookie and leaves the record as it was', async () => {
    const { auth, clock, stored } = fixedServer({}, driver)
    const browser = new Browser(auth)
    const { session } = await browser.signIn('ann')
    const before = await stored.store.sessions.find(session.id)
    stored.calls.length = 0

    const responses: Response[] = []
    for (let turn = 0; turn < 100; turn++) {
      clock.advance(6 * hour)
      responses.push(await browser.post('/auth/refresh'))
    }

    expect(new Set(responses.map(({ status }) => status))).toEqual(new Set([200]))
    expect(responses.flatMap(({ headers }) => headers.getSetCookie())).toEqual([])
    expect((await stored.store.sessions.find(session.id)).session).toEqual(before.session)
    expect(stored.calls.filter((verb) => /^sessions\.(confirm|touch|create)$/.test(verb))).toEqual([])
  })

  it('is granted to many at once, and an answer that is lost costs nothing', async () => {
    const { auth } = fixedServer({}, driver)
    const browser = new Browser(auth)
    await browser.signIn('ann')

    const answers = await Promise.all(Array.from({ length: 20 }, () => browser.send('/auth/refresh')))

    expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(200))
    await exchanged(browser)
  })

  it('is refused after 30 days, however often it was used, and the cookie is cleared', async () => {
    const { auth, clock } = fixedServer({}, driver)
    const browser = new Browser(auth)
    await browser.signIn('ann')
    clock.advance(30 * day - 60)
    expect(await exchanged(browser)).toMatchObject({ expires_in: 60, refresh_expires_in: 60 })

    clock.advance(60)
    const response = await browser.post('/auth/refresh')

    expect([response.status, await codeOf(response)]).toEqual([401, 'session_expired'])
    expect(browser.jar.size).toBe(0)
  })

  it('in the body answers the same token again, for a client that keeps it itself', async () => {
    const { auth } = fixedServer({}, driver)
    const holder = await Holder.start(auth)

    const answers = [await holder.refresh(), await holder.refresh()]

    expect(answers.map(({ refreshToken }) => refreshToken)).toEqual([holder.token, holder.token])
    expect(new Set(answers.map(({ accessToken }) => accessToken)).size).toBe(2)
  })
})

describe('the cookie of the access token', () => {
  it('is set at each exchange, and the identity cookie is not', async () => {
    const { auth } = fixedServer({ accessCookie: {}, signInUrl: '/sign-in' })
    const browser = new Browser(auth)
    await browser.signIn('ann')

    const exchange = await browser.post('/auth/refresh')
    const page = await visit(auth, browser, '/auth/continue?return_to=/orders')

    const set = /^__Host-access_token=\S+; Path=\/; Secure; HttpOnly; SameSite=Lax$/
    for (const { headers } of [exchange, page]) expect(headers.getSetCookie()).toEqual([expect.stringMatching(set)])
    expect([page.status, page.headers.get('Location')]).toEqual([303, 'https://auth.example.com/orders'])
  })
})

describe('an identity cookie is refused', () => {
  it('to a server that would use it without the browser', async () => {
    const secret = randomSecret()
    const { auth } = fixedServer({ clients: [{ id: 'default', secret }] })
    const browser = new Browser(auth)
    await browser.signIn('ann')
    const [token] = browser.jar.values()
    const headers = {
      Authorization: `Basic ${Buffer.from(`default:${encodeURIComponent(secret)}`).toString('base64')}`,
    }

    const response = await new Browser(auth).send('/auth/refresh', { refresh_token: token, rotate: false }, headers)

    expect(await response.json()).toMatchObject({
      code: 'invalid_request',
      detail: 'rotate: false is for refresh tokens that rotate, and a fixed session has none',
    })
  })

  it('in the body', async () => {
    const { auth } = fixedServer()
    const browser = new Browser(auth)
    await browser.signIn('ann')
    const [token] = browser.jar.values()

    expect(await codeOf(await new Browser(auth).send('/auth/refresh', { refresh_token: token }))).toBe(
      'invalid_request',
    )
  })
})

describe('"remember me" ends in every browser', () => {
  /** Two browsers of ann's; the exchange of the other's cookie says why it is refused. */
  async function twoBrowsers(options: Parameters<typeof testServer>[0] = {}) {
    const server = fixedServer(options)
    await server.auth.accounts?.create({ username: 'ann', password: passwordOf('ann') })
    const [mine, other] = [new Browser(server.auth), new Browser(server.auth)]
    const { access_token } = await mine.signIn('ann')
    await other.signIn('ann')
    const refusal = async () => {
      const response = await other.send('/auth/refresh')
      return [response.status, await codeOf(response)]
    }
    return { ...server, mine, other, refusal, authorization: { Authorization: `Bearer ${access_token}` } }
  }

  it.each([
    ['the built-in accounts', undefined],
    ['a directory', { ...people('ann'), changePassword: async () => 'changed' as const }],
  ])('by a change of the password of %s, and this browser goes on', async (_, directory) => {
    const { mine, refusal, authorization } = await twoBrowsers({ directory } as object)

    const change = { current: passwordOf('ann'), next: 'another long password' }
    expect((await mine.post('/auth/password', change, authorization)).status).toBe(204)

    expect(await refusal()).toEqual([401, 'credentials_changed'])
    await exchanged(mine)
  })

  it('by a reset of the password, which the application reports', async () => {
    const { auth, mine, refusal } = await twoBrowsers()

    await auth.sessions.endAll({ subject: 'ann' }, 'credentials_changed')

    expect(await refusal()).toEqual([401, 'credentials_changed'])
    expect(await codeOf(await mine.send('/auth/refresh'))).toBe('credentials_changed')
  })

  it('by a sign-out everywhere', async () => {
    const { mine, refusal } = await twoBrowsers()

    expect((await mine.post('/auth/logout', { everywhere: true })).status).toBe(204)

    expect(await refusal()).toEqual([401, 'signed_out'])
    expect((await mine.send('/auth/refresh')).status).toBe(204)
  })

  it('by an administrator, and when the directory does not know the person any more', async () => {
    const { auth, directory, other, refusal } = await twoBrowsers()
    await auth.sessions.endAll({ subject: 'ann' }, 'account_disabled')
    expect(await refusal()).toEqual([401, 'account_disabled'])
    await other.signIn('bob')

    directory.profiles.delete('bob')

    expect(await refusal()).toEqual([401, 'account_disabled'])
  })

  it('by a newer sign-in under a policy of one, which says where that was', async () => {
    const { auth } = fixedServer({ policy: { maxSessions: 1 } })
    const [first, second] = [new Browser(auth), new Browser(auth)]
    await first.signIn('ann')
    await second.signIn('ann', { device: { name: 'the new phone', class: 'phone' } })

    const response = await first.send('/auth/refresh')

    expect(await response.json()).toMatchObject({
      code: 'session_replaced',
      replacedBy: { device: { name: 'the new phone' } },
    })
    await exchanged(second)
  })

  it('not by a newer sign-in that a policy refuses', async () => {
    const { auth } = fixedServer({ policy: { maxSessions: 1, onExceed: 'refuse' } })
    const [first, second] = [new Browser(auth), new Browser(auth)]
    await first.signIn('ann')

    const refused = await second.send('/auth/login', { username: 'ann', password: passwordOf('ann') })

    expect(await codeOf(refused)).toBe('session_limit_reached')
    await exchanged(first)
  })
})

describe('the end of a fixed session', () => {
  it('by a sign-out holds for a copy of the cookie, and guards refuse the access token', async () => {
    const { auth } = fixedServer()
    const guard = createGuard({
      issuer: 'https://auth.example.com',
      audience: 'https://auth.example.com',
      keys: () => auth.keys.jwks(),
      feed: auth.revocations,
    })
    onTestFinished(() => guard.close())
    const [browser, thief] = [new Browser(auth), new Browser(auth)]
    const { access_token: token } = await browser.signIn('ann')
    for (const [name, value] of browser.jar) thief.jar.set(name, value)
    // What the documents say: nobody notices a copy while the session lasts.
    await exchanged(thief)
    await exchanged(browser)

    expect((await browser.post('/auth/logout')).status).toBe(204)

    expect(browser.jar.size).toBe(0)
    expect(await codeOf(await thief.send('/auth/refresh'))).toBe('signed_out')
    await expect(guard.verify(token)).rejects.toMatchObject({ code: 'signed_out' })
  })

  it('is sent at once to a page that follows the session with its cookie', async () => {
    const { auth } = fixedServer()
    const browser = new Browser(auth)
    const { session } = await browser.signIn('ann')
    const cookie = [...browser.jar].map(([name, value]) => `${name}=${value}`).join('; ')
    const headers = { Cookie: cookie, Origin: 'https://app.example.com', 'Sec-Fetch-Site': 'same-site' }
    const stream = await auth.fetch(new Request('https://auth.example.com/auth/session/events', { headers }))
    const reader = stream.body!.pipeThrough(new TextDecoderStream()).getReader()
    onTestFinished(() => reader.cancel())

    await auth.sessions.end(session.id, 'account_disabled')

    let received = ''
    while (!received.includes('account_disabled')) received += (await reader.read()).value ?? '(the stream ended)'
    expect(received).toContain('account_disabled')
  })
})

describe('an identity cookie that is dead', () => {
  it('counts as no wrong password: after fifty requests with unknown and ended ones the person signs in', async () => {
    const limit = { failures: 3, window: hour }
    const { auth, stored } = fixedServer({ throttle: { address: limit, account: limit, accountAtAddress: limit } })
    const [browser, stranger] = [new Browser(auth), new Browser(auth)]
    await browser.signIn('ann')
    for (const [name, value] of browser.jar) stranger.jar.set(name, `${value.slice(0, -4)}AAAA`)
    await auth.sessions.endAll({ subject: 'ann' }, 'session_revoked')
    stored.calls.length = 0

    for (let turn = 0; turn < 50; turn++) {
      expect(await codeOf(await browser.send('/auth/refresh'))).toBe('session_revoked')
      const named = { 'Sessionward-Session': [...stranger.jar.keys()][0]!.split('.').at(-1)! }
      expect((await stranger.send('/auth/refresh', undefined, named)).status).toBe(401)
    }

    expect(stored.calls.filter((verb) => verb.startsWith('counters.'))).toEqual([])
    await browser.signIn('ann')
  })
})

describe('a server that changes its kind', () => {
  it('keeps its sessions: each has the kind it began with', async () => {
    const secrets = testSecrets()
    const before = testServer({ secrets })
    const rotating = new Browser(before.auth)
    await rotating.signIn('ann')
    const { auth, stored } = fixedServer({ secrets, store: before.stored.store })
    const fixed = await Holder.start(auth, { subject: 'bob' })
    const after = new Browser(auth)
    for (const [name, token] of rotating.jar) after.jar.set(name, token)

    const exchange = await after.post('/auth/refresh')

    expect(exchange.headers.getSetCookie()).toHaveLength(1)
    const { refreshToken } = await before.auth.sessions.refresh({ token: fixed.token, transport: 'body' })
    expect(refreshToken).toBe(fixed.token)
    expect(stored.away).toBe(false)
  })
})
