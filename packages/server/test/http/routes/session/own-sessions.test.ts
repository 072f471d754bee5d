import { envelope, type OwnSessionOnWire } from '@sessionward/protocol'
import { describe, expect, it } from 'vitest'
import type { AuthServer } from '../../../../src/auth-server.js'
import { appOrigin, testServer } from '../../../harness/auth-server.js'
import { Browser, codeOf } from '../../../harness/browser.js'

type Auth = Pick<AuthServer, 'fetch'>

function send(auth: Auth, method: string, path: string, token: string, headers = {}): Promise<Response> {
  const all = { Authorization: `Bearer ${token}`, ...headers }
  return auth.fetch(new Request(`https://auth.example.com/auth/sessions${path}`, { method, headers: all }))
}

async function listed(auth: Auth, token: string): Promise<readonly OwnSessionOnWire[]> {
  const response = await send(auth, 'GET', '', token)
  expect(response.status).toBe(200)
  return ((await response.json()) as { sessions: OwnSessionOnWire[] }).sessions
}

describe('GET /auth/sessions', () => {
  it('lists the sessions of the caller, the newest first, with device, browser, address and times', async () => {
    const { auth, clock } = testServer()
    const phone = await new Browser(auth).signIn('ann', {
      device: { id: 'secret-of-the-phone', name: 'My phone', class: 'phone' },
    })
    clock.advance(3600)
    await new Browser(auth).signIn('bob')
    const desktop = await new Browser(auth).signIn('ann')

    const sessions = await listed(auth, desktop.access_token)

    const now = Math.floor(clock.read() / 1000)
    expect(sessions).toEqual([
      {
        id: desktop.session.id,
        current: true,
        client_id: 'default',
        created_at: now,
        last_seen_at: now,
        expires_at: desktop.session.expires_at,
        device: null,
        user_agent: '',
        address: '192.0.2.7',
      },
      expect.objectContaining({
        id: phone.session.id,
        current: false,
        created_at: now - 3600,
        last_seen_at: now - 3600,
        device: { name: 'My phone', class: 'phone' },
      }),
    ])
  })

  it('says when a session was last refreshed', async () => {
    const { auth, clock } = testServer()
    const browser = new Browser(auth)
    const { access_token } = await browser.signIn('ann')
    clock.advance(250)
    await browser.post('/auth/refresh')

    const [session] = await listed(auth, access_token)

    expect(session!.last_seen_at! - session!.created_at).toBe(250)
  })

  it('says so too when the session nears its absolute timeout, which the idle timeout cannot pass', async () => {
    const { auth, clock } = testServer({ lifetimes: { accessToken: 3600, idle: 4000, absolute: 8000 } })
    const browser = new Browser(auth)
    await browser.signIn('ann')
    for (const seconds of [3000, 3000, 500]) {
      clock.advance(seconds)
      await browser.post('/auth/refresh')
    }

    const [session] = await auth.sessions.list({ subject: 'ann' })

    expect(session!.lastSeenAt! - session!.createdAt).toBe(6_500_000)
  })

  it('does not report the last use of a session that cannot idle out before it ends', async () => {
    const { auth } = testServer({ lifetimes: { idle: 8000, absolute: 8000 } })
    const { access_token } = await new Browser(auth).signIn('ann')

    const [session] = await listed(auth, access_token)

    expect(session!.last_seen_at).toBeNull()
  })

  it('lists another tenant of the same subject apart', async () => {
    const { auth } = testServer()
    const one = await auth.sessions.start({ subject: 'ann', tenant: 'one', scope: '', transport: 'body' })
    await auth.sessions.start({ subject: 'ann', tenant: 'other', scope: '', transport: 'body' })

    const sessions = await listed(auth, one.accessToken)

    expect(sessions.map(({ id }) => id)).toEqual([one.session.id])
  })

  it('names the place of an address as the option `place` does, which is given the whole address', async () => {
    const asked: string[] = []
    const place = (address: string) => {
      asked.push(address)
      return address.startsWith('2001:db8') ? 'Oslo, Norway' : null
    }
    const { auth, clock } = testServer({ place })
    await auth.sessions.start({ subject: 'ann', address: '2001:db8:1:2:3::4' })
    clock.advance(1)
    const { access_token } = await new Browser(auth).signIn('ann')

    const sessions = await listed(auth, access_token)

    expect(sessions.map(({ address, place }) => [address, place])).toEqual([
      ['192.0.2.7', undefined],
      ['2001:db8:1:2::/64', 'Oslo, Norway'],
    ])
    expect(asked.sort()).toEqual(['192.0.2.7', '2001:db8:1:2:3::4'])
  })

  it.each([
    ['rejects', () => Promise.reject(new Error('no route')), 'the option place failed: Error: no route'],
    ['returns no string', () => ({ city: 'Oslo' }), 'the option place returned an object, and a string was expected'],
  ])('lists sessions without places, and warns once, where `place` %s', async (_what, place, problem) => {
    const { auth, logged } = testServer({ place: place as never })
    const { access_token } = await new Browser(auth).signIn('ann')
    await listed(auth, access_token)

    const [session] = await listed(auth, access_token)

    expect(session).not.toHaveProperty('place')
    expect(logged).toEqual([`warn lists of sessions have no places: ${problem}`])
  })

  it('answers nothing without an access token, nor with one of a session that has ended', async () => {
    const { auth } = testServer()
    const { access_token, session } = await new Browser(auth).signIn('ann')
    await auth.sessions.end(session.id)

    const nobody = await auth.fetch(new Request('https://auth.example.com/auth/sessions'))
    const ended = await send(auth, 'GET', '', access_token)

    expect([nobody.status, await codeOf(nobody)]).toEqual([401, 'access_token_missing'])
    expect([ended.status, await codeOf(ended)]).toEqual([401, 'session_revoked'])
  })

  it('speaks the envelope of the server', async () => {
    const business = envelope({ ok: 10200, codes: { refresh: 10415, terminal: 10422, default: 10500 }, status: 200 })
    const { auth } = testServer({ envelope: business })
    const { accessToken } = await auth.sessions.start({ subject: 'ann' })

    const list = await send(auth, 'GET', '', accessToken)
    const unknown = await send(auth, 'DELETE', '/AAAAAAAAAAAAAAAAAAAAAA', accessToken)

    expect(await list.json()).toMatchObject({ code: 10200, data: { sessions: [{ current: true }] } })
    expect(await unknown.json()).toMatchObject({ code: 10500, problem: { code: 'not_found', status: 404 } })
  })
})

describe('DELETE /auth/sessions/{sid}', () => {
  it('ends another session of the caller, which is refused with session_revoked from then on', async () => {
    const { auth } = testServer()
    const [here, there] = [new Browser(auth), new Browser(auth)]
    const { access_token } = await here.signIn('ann')
    const other = await there.signIn('ann')

    const response = await send(auth, 'DELETE', `/${other.session.id}`, access_token)

    expect([response.status, response.headers.get('Cache-Control')]).toEqual([204, 'no-store'])
    expect(await codeOf(await there.post('/auth/refresh'))).toBe('session_revoked')
    expect(await codeOf(await send(auth, 'GET', '', other.access_token))).toBe('session_revoked')
    expect((await here.post('/auth/refresh')).status).toBe(200)
  })

  it('can be sent twice', async () => {
    const { auth } = testServer()
    const { access_token } = await new Browser(auth).signIn('ann')
    const other = await new Browser(auth).signIn('ann')
    await send(auth, 'DELETE', `/${other.session.id}`, access_token)

    const again = await send(auth, 'DELETE', `/${other.session.id}`, access_token)

    expect(again.status).toBe(204)
  })

  it('answers one and the same 404 for the session of somebody else, of another tenant, and for none', async () => {
    const { auth } = testServer()
    const { access_token } = await new Browser(auth).signIn('ann')
    const bob = await new Browser(auth).signIn('bob')
    const tenant = await auth.sessions.start({ subject: 'ann', tenant: 'other', scope: '' })
    const ids = [
      bob.session.id,
      tenant.session.id,
      'AAAAAAAAAAAAAAAAAAAAAA',
      '%00',
      'a%2Fb',
      '..%2f..',
      'x'.repeat(5000),
    ]

    const answers = await Promise.all(ids.map((id) => send(auth, 'DELETE', `/${id}`, access_token)))

    const said = await Promise.all(answers.map(async (answer) => `${answer.status} ${await answer.text()}`))
    expect(new Set(said).size).toBe(1)
    expect(said[0]).toMatch(/^404 .*"not_found"/)
    expect(await auth.sessions.list({ subject: 'bob' })).toHaveLength(1)
    expect(await auth.sessions.list({ subject: 'ann', tenant: 'other' })).toHaveLength(1)
  })

  it('signs out a caller that names its own session; the next refresh of the browser clears its cookie', async () => {
    const { auth } = testServer()
    const browser = new Browser(auth)
    const { access_token, session } = await browser.signIn('ann')

    const response = await send(auth, 'DELETE', `/${session.id}`, access_token)

    expect(response.status).toBe(204)
    expect(await codeOf(await browser.post('/auth/refresh'))).toBe('signed_out')
    expect(browser.jar.size).toBe(0)
  })
})

describe('DELETE /auth/sessions?others', () => {
  it('ends every other session of the caller, of nobody else, and says how many', async () => {
    const { auth } = testServer()
    const { access_token, session } = await new Browser(auth).signIn('ann')
    await new Browser(auth).signIn('ann')
    await new Browser(auth).signIn('ann')
    await new Browser(auth).signIn('bob')

    const response = await send(auth, 'DELETE', '?others', access_token)

    expect(await response.json()).toEqual({ ended: 2 })
    expect((await auth.sessions.list({ subject: 'ann' })).map(({ id }) => id)).toEqual([session.id])
    expect(await auth.sessions.list({ subject: 'bob' })).toHaveLength(1)
  })

  it('ends nothing without `others`, and says what was expected', async () => {
    const { auth } = testServer()
    const { access_token } = await new Browser(auth).signIn('ann')
    await new Browser(auth).signIn('ann')

    const response = await send(auth, 'DELETE', '', access_token)

    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({
      code: 'invalid_request',
      detail: 'expected `?others`, or the id of one session in the path',
    })
    expect(await auth.sessions.list({ subject: 'ann' })).toHaveLength(2)
  })
})

describe('one’s own sessions across origins', () => {
  it('lets a page of a listed origin send DELETE', async () => {
    const { auth } = testServer()
    const headers = { Origin: appOrigin, 'Access-Control-Request-Method': 'DELETE' }

    const response = await auth.fetch(
      new Request('https://auth.example.com/auth/sessions/x', { method: 'OPTIONS', headers }),
    )

    expect(response.headers.get('Access-Control-Allow-Methods')).toContain('DELETE')
    expect(response.headers.get('Access-Control-Allow-Origin')).toBe(appOrigin)
  })

  it('names the allowed methods of a path with an id', async () => {
    const { auth } = testServer()

    const response = await send(auth, 'POST', '/AAAAAAAAAAAAAAAAAAAAAA', 'x')

    expect([response.status, response.headers.get('Allow')]).toEqual([405, 'DELETE, OPTIONS'])
  })
})
