import { describe, expect, it } from 'vitest'
import { noAccessCookie } from '../../src/http/transport/access-cookie.js'
import { cookieTransport } from '../../src/http/transport/cookie.js'
import { parseRefreshToken } from '../../src/session/refresh-token.js'
import { testServer } from '../harness/auth-server.js'
import { Browser, codeOf } from '../harness/browser.js'
import { randomSecret, testSecrets } from '../harness/secrets.js'

const path = '/auth/refresh'

/** A browser that holds the cookies of several sessions, as tabs that sign in at the same moment leave behind. */
async function browserOf(auth: ReturnType<typeof testServer>['auth'], ...usernames: readonly string[]) {
  const browser = new Browser(auth)
  const sids: string[] = []
  for (const username of usernames) {
    const tab = new Browser(auth)
    sids.push((await tab.signIn(username)).session.id)
    for (const [name, token] of tab.jar) browser.jar.set(name, token)
  }
  return { browser, sids }
}

async function sidOf(response: Response): Promise<string> {
  return ((await response.json()) as { session: { id: string } }).session.id
}

describe('which of several refresh cookies is meant', () => {
  it('is the one that Sessionward-Session names, and only its cookie changes', async () => {
    const { auth } = testServer()
    const { browser, sids } = await browserOf(auth, 'ann', 'bob')
    const before = [...browser.jar.values()]

    const response = await browser.post(path, undefined, { 'Sessionward-Session': sids[0]! })

    expect(await sidOf(response)).toBe(sids[0])
    const after = [...browser.jar.values()]
    expect(after[0]).not.toBe(before[0])
    expect(after[1]).toBe(before[1])
  })

  it('is refused as session_changed, clearing nothing, where the named session has no cookie here', async () => {
    const { auth } = testServer()
    const { browser } = await browserOf(auth, 'ann')

    for (const named of ['a'.repeat(22), '', 'a, b', '*']) {
      const response = await browser.post(path, undefined, { 'Sessionward-Session': named })
      expect(response.status).toBe(409)
      expect(response.headers.getSetCookie()).toEqual([])
      expect(await response.json()).toMatchObject({ code: 'session_changed', verdict: 'terminal' })
    }
    expect((await browser.post(path)).status).toBe(200)
  })

  it('is the newest of one subject where none is named', async () => {
    const { auth, clock } = testServer()
    const one = await browserOf(auth, 'ann')
    clock.advance(60)
    const two = await browserOf(auth, 'ann')
    for (const [name, token] of two.browser.jar) one.browser.jar.set(name, token)

    expect(await sidOf(await one.browser.post(path))).toBe(two.sids[0])
  })

  it('is the newest if none is named, of whichever subject, and the earlier cookies are cleared', async () => {
    const { auth, clock } = testServer()
    const { browser } = await browserOf(auth, 'ann')
    clock.advance(60)
    const { setCookies, session } = await auth.sessions.start({ subject: 'bob', tenant: 'elsewhere' })
    receive(browser, setCookies)

    const response = await browser.post(path)

    expect(await sidOf(response)).toBe(session.id)
    expect([...browser.jar.keys()]).toEqual([cookieName(session.id)])
  })

  it('does not clear the cookie of another person on plain http, where a neighbouring host can plant one', async () => {
    const { auth } = testServer({ issuer: 'http://auth.example.com', allowPlainHttp: true })
    const { browser, sids } = await browserOf(auth, 'ann', 'ann', 'bob')

    const response = await browser.post(path)

    expect(await sidOf(response)).toBe(sids[2])
    expect(browser.jar.size).toBe(3)
    expect((await browser.post(path)).status).toBe(200)
  })

  it('is the one that came last where two began in the same millisecond', async () => {
    const { auth } = testServer()
    const { browser, sids } = await browserOf(auth, 'ann', 'bob')

    expect(await sidOf(await browser.post(path))).toBe(sids[1])
  })

  it('is refused as session_changed, changing nothing, where a later sign-in has replaced the one named', async () => {
    const { auth, clock } = testServer()
    const { browser, sids } = await browserOf(auth, 'ann')
    clock.advance(60)
    const { setCookies, session } = await auth.sessions.start({ subject: 'bob' })
    receive(browser, setCookies)

    const named = await browser.post(path, undefined, { 'Sessionward-Session': sids[0]! })
    const again = await browser.post(path)

    expect(named.status).toBe(409)
    expect(named.headers.getSetCookie()).toEqual([])
    expect(await codeOf(named)).toBe('session_changed')
    expect(await sidOf(again)).toBe(session.id)
  })

  it('leaves the cookies of another client alone, older ones and newer ones', async () => {
    const { auth, clock } = testServer()
    const browser = new Browser(auth)
    const started: string[] = []
    for (const clientId of ['older', 'web', 'newer']) {
      const { setCookies, session } = await auth.sessions.start({ subject: 'ann', clientId })
      receive(browser, setCookies)
      started.push(session.id)
      clock.advance(60)
    }

    const response = await browser.post(path, undefined, { 'Sessionward-Session': started[1]! })

    expect(await sidOf(response)).toBe(started[1])
    expect(browser.jar.size).toBe(3)
  })

  it('is the ninth of nine sign-ins in a row', async () => {
    const { auth, clock } = testServer()
    const browser = new Browser(auth)
    let last = ''
    for (let number = 0; number < 9; number++) {
      const { setCookies, session } = await auth.sessions.start({ subject: number % 2 ? 'ann' : 'bob' })
      receive(browser, setCookies)
      last = session.id
      clock.advance(1)
    }

    expect(await sidOf(await browser.post(path))).toBe(last)
    expect(await sidOf(await browser.post(path))).toBe(last)
    expect([...browser.jar.keys()]).toEqual([cookieName(last)])
  })

  it('is the living one beside dead ones, whose cookies go, and forged ones, which stay', async () => {
    const { auth } = testServer()
    const { browser, sids } = await browserOf(auth, 'ann', 'bob')
    await auth.sessions.end(sids[1]!)
    const forged = `__Host-Http-sessionward.default.${'A'.repeat(8)}`
    browser.jar.set(forged, Buffer.concat([Buffer.from([1, 1]), Buffer.alloc(76)]).toString('base64url'))
    browser.jar.set('__Host-Http-sessionward.default.empty', '')

    const response = await browser.post(path)

    expect(await sidOf(response)).toBe(sids[0])
    expect([...browser.jar.keys()]).toEqual([cookieName(sids[0]!), forged, '__Host-Http-sessionward.default.empty'])
  })

  it('is the last one for its reason where all are dead, and all of their cookies go', async () => {
    const { auth } = testServer()
    const { browser, sids } = await browserOf(auth, 'bob', 'ann')
    for (const sid of sids) await auth.sessions.end(sid)

    const response = await browser.post(path)

    expect(response.status).toBe(401)
    expect(await codeOf(response)).toBe('session_revoked')
    expect(browser.jar.size).toBe(0)
    expect((await browser.post(path)).status).toBe(204)
  })

  it('verifies the last eight cookies, however many a stuffed jar holds', async () => {
    const { auth, stored } = testServer()
    const browser = new Browser(auth)
    for (let number = 0; number < 30; number++) {
      receive(browser, (await auth.sessions.start({ subject: 'ann' })).setCookies)
    }
    const before = stored.calls.length

    expect((await browser.post(path)).status).toBe(200)

    // The refresh itself reads once more.
    expect(stored.calls.slice(before).filter((verb) => verb === 'sessions.find')).toHaveLength(9)
  })

  it('is the one that is named, whatever the other cookies', async () => {
    const { auth } = testServer()
    const browser = new Browser(auth)
    const started: string[] = []
    for (let number = 0; number < 30; number++) {
      const { setCookies, session } = await auth.sessions.start({ subject: 'ann' })
      receive(browser, setCookies)
      started.push(session.id)
    }

    const response = await browser.send(path, undefined, { 'Sessionward-Session': started[0]! })

    expect(await sidOf(response)).toBe(started[0])
  })

  // RFC 6265bis section 5.6: browsers trim spaces and tabs only, so they let a sibling domain set such a name.
  it.each(['\u00a0', '\u2003', '\ufeff', '\u000b'])(
    'is not one whose name resembles ours, as %j before it does, however many there are',
    async (space) => {
      const { auth, clock } = testServer()
      const { browser, sids } = await browserOf(auth, 'ann')
      const own = [...browser.jar].map((pair) => pair.join('='))
      const planted: string[] = []
      for (let number = 0; number < 9; number++) {
        clock.advance(1)
        planted.push(...(await auth.sessions.start({ subject: 'bob' })).setCookies.map((set) => set.split(';')[0]!))
      }
      for (const encode of [(pair: string) => space + pair, (pair: string) => pair.replace('=', `${space}=`)]) {
        // Longer paths come first; an attacker would choose one. As the bytes that Node makes characters of.
        const cookie = [...planted.map(encode), ...own].join('; ')
        const headers = { get: (name: string) => (name === 'Cookie' ? cookie : null) } as Headers
        const scheme = { base: 'sessionward', secure: true }
        const inspect = () => Promise.reject(new Error('nothing else is looked at'))
        const transport = cookieTransport({
          scheme,
          origins: new Set(),
          sessions: { inspect, end: inspect },
          access: noAccessCookie,
        })
        const read = await transport.read(withSameOrigin(headers), undefined)
        expect(parseRefreshToken(read!.token)!.sid).toBe(sids[0])
      }
    },
  )

  it('is not one whose name is of another session, of no client, or of another client than the session’s', async () => {
    const { auth } = testServer()
    const { browser } = await browserOf(auth, 'ann')
    const [[name, token]] = [...browser.jar] as [[string, string]]
    for (const foreign of [
      name.replace('__Host-Http-', ''),
      `x${name}`,
      name.toLowerCase(),
      name.replace('.', '-'),
      `${name}x`,
      name.replace(/.$/, '~'),
      name.replace('.default.', '..'),
      name.replace('.default.', '.admin.'),
    ]) {
      browser.jar.clear()
      browser.jar.set(foreign, token)
      const response = await browser.post(path)
      expect([foreign, response.status]).toEqual([foreign, 204])
      expect(browser.jar.size).toBe(1)
    }
  })

  it('is the one whose key is known beside that of another auth server, which alone signs nobody in', async () => {
    const { auth } = testServer()
    const { browser, sids } = await browserOf(auth, 'ann')
    const elsewhere = testServer({
      secrets: { ...testSecrets(), refresh: [{ id: 9, secret: randomSecret(), state: 'minting' }] },
    })
    const other = await browserOf(elsewhere.auth, 'bob')
    const [[name, token]] = [...other.browser.jar] as [[string, string]]
    browser.jar.set(name, token)

    expect(await sidOf(await browser.post(path))).toBe(sids[0])
    expect(browser.jar.has(name)).toBe(true)
    browser.jar.delete(cookieName(sids[0]!))
    expect((await browser.post(path)).status).toBe(204)
  })
})

describe('a session that a page’s own sign-in has started', () => {
  it('replaces the earlier one of the browser, as a sign-in does, with the headers of its request', async () => {
    const { auth, stored } = testServer()
    const browser = new Browser(auth)
    const earlier = await browser.signIn('ann')
    const kinds = [
      (cookie: string) => new Headers({ Cookie: cookie }),
      (cookie: string) => ({ cookie }),
      (cookie: string) => ({ host: 'x', Cookie: ['theme=dark', cookie] }),
    ]

    for (const headersOf of kinds) {
      const headers = headersOf([...browser.jar].map((pair) => pair.join('=')).join('; '))
      const { setCookies, session } = await auth.sessions.start({ subject: 'bob' }, { headers })
      expect(setCookies).toHaveLength(2)
      receive(browser, setCookies)
      expect([...browser.jar.keys()]).toEqual([cookieName(session.id)])
      expect(await sidOf(await browser.post(path))).toBe(session.id)
    }
    const { ended } = (await stored.store.sessions.find(earlier.session.id)).session!
    expect(ended).toMatchObject({ reason: 'session_replaced' })
  })

  it('ends nothing where the sign-in failed, and nothing of another client', async () => {
    const { auth, stored } = testServer()
    const browser = new Browser(auth)
    const { session } = await browser.signIn('ann')
    const headers = { cookie: [...browser.jar].map((pair) => pair.join('=')).join('; ') }

    await expect(auth.sessions.signIn({ username: 'ann', password: 'wrong' }, { headers })).rejects.toThrow()
    const { setCookies } = await auth.sessions.start({ subject: 'ann', clientId: 'admin' }, { headers })
    const inBody = await auth.sessions.start({ subject: 'ann', transport: 'body' }, { headers })

    expect([setCookies.length, inBody.setCookies.length]).toEqual([1, 0])
    expect((await stored.store.sessions.find(session.id)).session!.ended).toBeNull()
  })

  it('refuses headers that are none, before anything begins', async () => {
    const { auth, stored } = testServer()

    for (const headers of [null, 'Cookie: a=b', [['cookie', 'a=b']]]) {
      await expect(auth.sessions.start({ subject: 'ann' }, { headers: headers as never })).rejects.toThrow(
        /^headers must be/,
      )
    }
    expect(stored.calls).not.toContain('sessions.create')
  })
})

function cookieName(sid: string): string {
  return `__Host-Http-sessionward.default.${sid.slice(0, 8)}`
}

function receive(browser: Browser, setCookies: readonly string[]): void {
  const response = new Response(null)
  for (const cookie of setCookies) response.headers.append('Set-Cookie', cookie)
  browser.apply(response)
}

function withSameOrigin(headers: Pick<Headers, 'get'>): Headers {
  return { get: (name: string) => (name === 'Sec-Fetch-Site' ? 'same-origin' : headers.get(name)) } as Headers
}
