import { request as httpRequest } from 'node:http'
import { parseSessionEvent, type SessionEvent } from '@sessionward/protocol'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { toResponse } from '../../../../src/http/answer.js'
import { streamHeaders } from '../../../../src/http/event-stream.js'
import { createIdleTime } from '../../../../src/idle-time.js'
import { createRevocationFeed } from '../../../../src/revocation/feed.js'
import { LiveStreams, type SessionState } from '../../../../src/revocation/live-streams.js'
import { memoryStore } from '../../../../src/store/memory/index.js'
import { appOrigin, testServer } from '../../../harness/auth-server.js'
import { Browser } from '../../../harness/browser.js'
import { listeningServer } from '../../../harness/listening.js'
import { testSecrets } from '../../../harness/secrets.js'

const own = 'https://auth.example.com'

/** Reads the events of an answer. */
function eventsOf(response: Response) {
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader()
  onTestFinished(() => void reader.cancel().catch(() => {}))
  let buffered = ''
  /** The next event; undefined when the stream has ended. */
  return async function next(): Promise<SessionEvent | undefined> {
    while (!buffered.includes('\n\n')) {
      const { done, value } = await reader.read()
      if (done) return undefined
      buffered += value
    }
    const [line = ''] = buffered.split('\n\n', 1)
    buffered = buffered.slice(line.length + 2)
    return parseSessionEvent(line.replace('data: ', ''))
  }
}

const bearer = (accessToken: string) => ({ Authorization: `Bearer ${accessToken}` })
const alive = { type: 'alive', heartbeat: 20 }

describe('GET /auth/session/events', () => {
  it('says at once that the session is active, and then why it has ended, and closes', async () => {
    const { auth, url } = await listeningServer()
    const { accessToken, session } = await auth.sessions.start({ subject: 'ann' })
    const response = await fetch(`${url}/auth/session/events`, { headers: bearer(accessToken) })
    const next = eventsOf(response)
    expect(await next()).toEqual(alive)
    expect(auth.figures()).toMatchObject({ live_streams: 1 })

    await auth.sessions.end(session.id, 'credentials_changed')

    expect(await next()).toEqual({ type: 'ended', sid: session.id, reason: 'credentials_changed' })
    expect(await next()).toBeUndefined()
    expect(auth.figures()).toMatchObject({ live_streams: 0 })
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'text/event-stream',
      'cache-control': 'no-store, no-transform',
      'x-accel-buffering': 'no',
    })
  })

  it('is released when a browser goes, in a framework that reads the answer as a stream', async () => {
    const { auth } = testServer()
    const { accessToken } = await auth.sessions.start({ subject: 'ann' })
    const request = () => new Request(`${own}/auth/session/events`, { headers: bearer(accessToken) })

    for (let visit = 0; visit < 101; visit++) {
      const { status, body } = await auth.fetch(request())
      expect(status).toBe(200)
      await body!.cancel()
    }

    expect(auth.figures()).toMatchObject({ live_streams: 0 })
  })

  it('does not report the end of another session', async () => {
    const { auth } = testServer()
    const [ann, other] = [await auth.sessions.start({ subject: 'ann' }), await auth.sessions.start({ subject: 'ann' })]
    const next = eventsOf(
      await auth.fetch(new Request(`${own}/auth/session/events`, { headers: bearer(ann.accessToken) })),
    )
    await next()

    await auth.sessions.end(other.session.id)
    await auth.sessions.end(ann.session.id, 'signed_out')

    expect(await next()).toMatchObject({ sid: ann.session.id, reason: 'signed_out' })
  })

  it('says by which sign-in a session was replaced', async () => {
    const { auth } = testServer({ policy: { maxSessions: 1 } })
    const { accessToken, session } = await auth.sessions.start({ subject: 'ann' })
    const request = new Request(`${own}/auth/session/events`, { headers: bearer(accessToken) })
    const next = eventsOf(await auth.fetch(request))
    await next()

    await auth.sessions.start({ subject: 'ann', device: { name: "Ann's phone" } })

    expect(await next()).toMatchObject({
      sid: session.id,
      reason: 'session_replaced',
      replacedBy: { device: { name: "Ann's phone" } },
    })
  })

  it('takes the refresh cookie too, from a page of its own or of a listed origin', async () => {
    const { auth } = testServer()
    const browser = new Browser(auth)
    const { session } = await browser.signIn('ann')
    const cookie = browser.request('/auth/x').headers.get('Cookie')!
    const ask = (headers: Record<string, string>) =>
      auth.fetch(new Request(`${own}/auth/session/events`, { headers: { Cookie: cookie, ...headers } }))

    expect((await ask({})).status).toBe(403)
    expect((await ask({ Origin: 'https://evil.example' })).status).toBe(403)
    expect((await ask({ 'Sec-Fetch-Site': 'same-origin' })).status).toBe(200)
    const response = await ask({ Origin: appOrigin })
    expect(response.headers.get('Access-Control-Allow-Origin')).toBe(appOrigin)
    const next = eventsOf(response)
    await next()
    await auth.sessions.end(session.id)
    expect(await next()).toMatchObject({ reason: 'session_revoked' })
  })

  it('tells nothing to an old refresh cookie, neither while the session is active nor by which sign-in it was replaced', async () => {
    const { auth, clock } = testServer({ policy: { maxSessions: 1 } })
    const browser = new Browser(auth)
    const { session } = await browser.signIn('ann')
    const old = browser.request('/auth/x').headers.get('Cookie')!
    const ask = (cookie: string) =>
      auth.fetch(new Request(`${own}/auth/session/events`, { headers: { Cookie: cookie, Origin: appOrigin } }))
    for (const _ of 'ab') await browser.post('/auth/refresh')
    const raced = await ask(old)
    clock.advance(60)

    const whileActive = await ask(old)
    await auth.sessions.start({ subject: 'ann', device: { name: "Ann's phone" } })
    const onceOver = await ask(old)
    const latest = eventsOf(await ask(browser.request('/auth/x').headers.get('Cookie')!))

    expect([raced.status, whileActive.status, onceOver.status]).toEqual([409, 204, 204])
    await latest()
    expect(await latest()).toMatchObject({ sid: session.id, replacedBy: { device: { name: "Ann's phone" } } })
    // Asking is no refresh: it ends nothing.
    expect(await latest()).toBeUndefined()
  })

  it('answers 204 where nobody is signed in, so that an EventSource does not come back', async () => {
    const { auth } = testServer()

    const response = await auth.fetch(new Request(`${own}/auth/session/events`, { headers: { Origin: appOrigin } }))

    expect([response.status, response.body]).toEqual([204, null])
  })

  it('tells at once of a session that had ended already', async () => {
    const { auth } = testServer()
    const browser = new Browser(auth)
    const { session, access_token: accessToken } = await browser.signIn('ann')
    const cookie = browser.request('/auth/x').headers.get('Cookie')!
    await auth.sessions.end(session.id, 'account_disabled')

    const headers = { Cookie: cookie, Origin: appOrigin }
    const next = eventsOf(await auth.fetch(new Request(`${own}/auth/session/events`, { headers })))
    const refused = await auth.fetch(new Request(`${own}/auth/session/events`, { headers: bearer(accessToken) }))

    expect([await next(), await next(), await next()]).toEqual([
      alive,
      { type: 'ended', sid: session.id, reason: 'account_disabled' },
      undefined,
    ])
    expect(await refused.json()).toMatchObject({ code: 'account_disabled', verdict: 'terminal' })
  })

  it('refuses a token that is no access token, and never takes one from the address', async () => {
    const { auth } = testServer()
    const { accessToken } = await auth.sessions.start({ subject: 'ann' })

    const wrong = await auth.fetch(new Request(`${own}/auth/session/events`, { headers: bearer('x') }))
    const inAddress = await auth.fetch(new Request(`${own}/auth/session/events?access_token=${accessToken}`))

    expect(wrong.status).toBe(401)
    expect(inAddress.status).toBe(204)
  })

  it('receives the end of a session by another node', async () => {
    // Nodes of one store share their secrets too. Otherwise one of them could not read the signing key of the other.
    const shared = { store: memoryStore(), secrets: testSecrets() }
    const here = testServer(shared)
    const there = testServer(shared)
    const { accessToken, session } = await here.auth.sessions.start({ subject: 'ann' })
    const request = new Request(`${own}/auth/session/events`, { headers: bearer(accessToken) })
    const next = eventsOf(await here.auth.fetch(request))
    await next()

    await there.auth.sessions.end(session.id)

    expect(await next()).toMatchObject({ reason: 'session_revoked' })
  })

  it('ends with the server, so that browsers go to another node', async () => {
    const { auth, url } = await listeningServer()
    const { accessToken } = await auth.sessions.start({ subject: 'ann' })
    const next = eventsOf(await fetch(`${url}/auth/session/events`, { headers: bearer(accessToken) }))
    await next()

    await auth.close()

    expect(await next()).toBeUndefined()
  })

  it('forgets a browser whose connection breaks', async () => {
    const { auth, url } = await listeningServer()
    const { accessToken } = await auth.sessions.start({ subject: 'ann' })
    const request = httpRequest(`${url}/auth/session/events`, { headers: bearer(accessToken) })
    request.on('error', () => {})
    await new Promise((resolve) => request.on('response', resolve).end())
    expect(auth.figures()).toMatchObject({ live_streams: 1 })

    request.destroy()

    await expect.poll(() => auth.figures().live_streams).toBe(0)
  })

  it('leaves no subscriber after a HEAD request', async () => {
    const { auth } = testServer()
    const { accessToken } = await auth.sessions.start({ subject: 'ann' })

    const head = { method: 'HEAD', headers: bearer(accessToken) }
    const response = await auth.fetch(new Request(`${own}/auth/session/events`, head))

    expect([response.status, response.body]).toEqual([200, null])
    expect(auth.figures()).toMatchObject({ live_streams: 0 })
  })
})

describe('the streams of a node', () => {
  function openStreams(stateOf: () => SessionState = () => ({ expiresIn: 3600 }), maxStreams = 5) {
    const { sessions } = memoryStore()
    const idleTime = createIdleTime()
    const feed = createRevocationFeed({ sessions, relay: undefined, idleTime, idleAfter: 360 })
    onTestFinished(() => feed.close())
    const live = new LiveStreams({ feed, idleTime, stateOf: async () => stateOf(), maxStreams })
    const open = async (sid: string, subject = 'ann') => {
      const body = await live.open(sid, { tenant: '', subject })
      const answer = { status: 200, headers: streamHeaders, setCookies: [], body }
      return eventsOf(toResponse(answer, {}))
    }
    return { feed, live, open }
  }

  function useFakeTime() {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] })
    onTestFinished(() => void vi.useRealTimers())
  }

  it('are refused above the maximum, with a time to come back', async () => {
    const { open } = openStreams()
    for (const sid of 'abcde') await open(sid)

    await expect(open('f')).rejects.toMatchObject({
      code: 'service_unavailable',
      headers: { 'Retry-After': '30' },
    })
  })

  it('are at most four of one session: a fifth is not refused, but closes the oldest', async () => {
    const { open, live } = openStreams()
    const [oldest] = await Promise.all(Array.from({ length: 4 }, () => open('a')))

    await open('a')

    expect([await oldest!(), await oldest!()]).toEqual([alive, undefined])
    expect(live.size).toBe(4)
  })

  it('are at most a hundred of one account, and the next is refused with a time to come back', async () => {
    const { open, live } = openStreams(undefined, 200)
    const first = await open('0')
    for (let index = 1; index < 96; index++) await open(`${index}`)
    for (let index = 0; index < 4; index++) await open('reloaded')

    await expect(open('100')).rejects.toMatchObject({
      code: 'too_many_requests',
      status: 429,
      headers: { 'Retry-After': '30' },
    })
    await open('101', 'bob')
    // The oldest of its session makes room for it.
    await open('reloaded')

    expect(live.size).toBe(101)
    expect(await first()).toEqual(alive)
  })

  it('say every 20 seconds that the session is active', async () => {
    useFakeTime()
    const { open } = openStreams()
    const next = await open('a')
    await next()

    await vi.advanceTimersByTimeAsync(21_000)

    expect(await next()).toEqual(alive)
  })

  it('tell of a session that passes a deadline', async () => {
    useFakeTime()
    let state: SessionState = { expiresIn: 30 }
    const { open } = openStreams(() => state)
    const next = await open('a')
    state = { ended: { reason: 'session_expired' } }

    await vi.advanceTimersByTimeAsync(45_000)

    expect([await next(), await next(), await next(), await next()]).toContainEqual({
      type: 'ended',
      sid: 'a',
      reason: 'session_expired',
    })
  })

  it('close on a browser that reads nothing', async () => {
    useFakeTime()
    const { open, live } = openStreams()
    await open('a')

    await vi.advanceTimersByTimeAsync(20 * 21_000)

    expect(live.size).toBe(0)
  })
})
