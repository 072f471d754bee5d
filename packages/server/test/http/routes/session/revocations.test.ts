import { request as httpRequest } from 'node:http'
import { createGuard } from '@sessionward/guard'
import { formatCursor, parseRevocationMessage, type RevocationMessage } from '@sessionward/protocol'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { listen } from '../../../../src/adapters/node.js'
import { toResponse } from '../../../../src/http/answer.js'
import { revocations } from '../../../../src/http/routes/session/revocations.js'
import { createIdleTime } from '../../../../src/idle-time.js'
import { createRevocationFeed } from '../../../../src/revocation/feed.js'
import { memoryStore } from '../../../../src/store/memory/index.js'
import { listeningServer } from '../../../harness/listening.js'
import { guardCredential, randomSecret } from '../../../harness/secrets.js'

const credential = { Authorization: `Bearer ${guardCredential}` }

/** A reader of the stream on a real connection. */
async function open(url: string, headers: Record<string, string> = {}) {
  const stop = new AbortController()
  const response = await fetch(`${url}/auth/revocations`, {
    headers: { Accept: 'text/event-stream', ...credential, ...headers },
    signal: stop.signal,
  })
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader()
  onTestFinished(() => stop.abort())
  let buffered = ''
  /** The next event; undefined when the stream has ended. */
  async function next(): Promise<{ id: string; message: RevocationMessage } | undefined> {
    while (!buffered.includes('\n\n')) {
      const read = await reader.read()
      if (read.done) return undefined
      buffered += read.value
    }
    const end = buffered.indexOf('\n\n')
    const [id, data] = buffered.slice(0, end).split('\n')
    buffered = buffered.slice(end + 2)
    // A comment, which only makes proxies pass the headers on.
    if (id!.startsWith(':')) return next()
    return { id: id!.replace('id: ', ''), message: parseRevocationMessage(JSON.parse(data!.replace('data: ', ''))) }
  }
  return { response, next, stop }
}

describe('GET /auth/revocations', () => {
  it.each([
    ['no credential', {}],
    ['a wrong credential', { Authorization: `Bearer ${randomSecret()}` }],
    ['a credential that is cut short', { Authorization: `Bearer ${guardCredential.slice(0, -1)}` }],
    ['another scheme', { Authorization: `Basic ${guardCredential}` }],
    ['two credentials', { Authorization: `Bearer ${guardCredential}, Bearer x` }],
  ])('refuses %s', async (_, headers) => {
    const { url } = await listeningServer()

    for (const accept of ['application/json', 'text/event-stream']) {
      const response = await fetch(`${url}/auth/revocations`, {
        headers: { Accept: accept, ...headers } as Record<string, string>,
      })
      expect(response.status).toBe(401)
      expect(response.headers.get('WWW-Authenticate')).toBe('Bearer')
      expect(await response.json()).toMatchObject({ code: 'invalid_client' })
    }
  })

  it('refuses the access token of a person', async () => {
    const { url, auth } = await listeningServer()
    const { accessToken } = await auth.sessions.start({ subject: 'ann', scope: 'admin' })

    const response = await fetch(`${url}/auth/revocations`, { headers: { Authorization: `Bearer ${accessToken}` } })

    expect(response.status).toBe(401)
  })

  it('answers a snapshot as JSON, and only later entries to a request with its cursor', async () => {
    const { url, auth } = await listeningServer()
    const { session } = await auth.sessions.start({ subject: 'ann' })
    await auth.sessions.end(session.id)

    const response = await fetch(`${url}/auth/revocations`, { headers: credential })
    const message = parseRevocationMessage(await response.json())
    const since = encodeURIComponent(formatCursor(message))
    const later = await fetch(`${url}/auth/revocations?since=${since}`, { headers: credential })

    expect(response.headers.get('Cache-Control')).toBe('no-store')
    expect(message).toMatchObject({ snapshot: true, entries: [{ sid: session.id, reason: 'session_revoked' }] })
    expect(await later.json()).toMatchObject({ snapshot: false, epoch: message.epoch })
  })

  it.each(['', 'x', '..', 'other.17', `${'e'.repeat(65)}.1`, "a.1' OR 1=1", 'a.-1', 'a.1e9'])(
    'answers the cursor "%s" with a snapshot',
    async (cursor) => {
      const { url } = await listeningServer()

      const response = await fetch(`${url}/auth/revocations?since=${encodeURIComponent(cursor)}`, {
        headers: { ...credential, 'Last-Event-ID': cursor },
      })

      expect(response.status).toBe(200)
      expect(await response.json()).toMatchObject({ snapshot: true })
    },
  )

  it('streams the snapshot first, then each entry while the reader is connected', async () => {
    const { url, auth } = await listeningServer()
    const { session } = await auth.sessions.start({ subject: 'ann' })
    const { response, next } = await open(url)
    const first = await next()

    await auth.sessions.end(session.id, 'signed_out')
    const second = await next()

    expect(response.headers.get('Content-Type')).toBe('text/event-stream')
    expect(response.headers.get('Cache-Control')).toBe('no-store, no-transform')
    expect(response.headers.get('X-Accel-Buffering')).toBe('no')
    expect(first!.message).toMatchObject({ snapshot: true, entries: [] })
    expect(second!.message).toMatchObject({ snapshot: false, entries: [{ sid: session.id, reason: 'signed_out' }] })
    expect(first!.id).toBe(formatCursor(first!.message))
  })

  it('sends missed entries, and no snapshot, to a request with Last-Event-ID', async () => {
    const { url, auth } = await listeningServer()
    const { session } = await auth.sessions.start({ subject: 'ann' })
    const before = await open(url)
    const { id } = (await before.next())!
    before.stop.abort()
    await auth.sessions.end(session.id)

    const { next } = await open(url, { 'Last-Event-ID': id })

    expect((await next())!.message).toMatchObject({ snapshot: false, entries: [{ sid: session.id }] })
  })

  it('ends with the server, instead of holding its connection open', async () => {
    const { url, auth } = await listeningServer()
    const { next } = await open(url)
    await next()

    await auth.close()

    expect(await next()).toBeUndefined()
  })

  it('keeps a guard of another process within a moment of what happens here', async () => {
    const { url, auth } = await listeningServer()
    const guard = createGuard({ issuer: url, audience: url, feed: { credential: guardCredential } })
    onTestFinished(() => guard.close())
    await guard.ready()
    const { accessToken, session } = await auth.sessions.start({ subject: 'ann' })
    expect((await guard.verify(accessToken)).subject).toBe('ann')

    await auth.sessions.end(session.id)

    await vi.waitFor(async () => {
      await expect(guard.verify(accessToken)).rejects.toMatchObject({ code: 'session_revoked' })
    }, 10_000)
  })

  it('sends the tokens of a person whose account changed back to be refreshed', async () => {
    const { url, auth, directory } = await listeningServer()
    const { accessToken, refreshToken } = await auth.sessions.start({ subject: 'ann', transport: 'body' })
    directory.profiles.set('ann', { user: {}, scope: 'admin', version: 1 })

    await auth.profiles.changed({ subject: 'ann' }, 1)

    const me = (token: string) => fetch(`${url}/auth/me`, { headers: { Authorization: `Bearer ${token}` } })
    expect(await (await me(accessToken)).json()).toMatchObject({ code: 'claims_changed', verdict: 'refresh' })
    const next = await auth.sessions.refresh({ token: refreshToken!, transport: 'body' })
    expect((await me(next.accessToken)).status).toBe(200)
  })
})

describe('readers of the stream', () => {
  function routeWithCount() {
    const { sessions } = memoryStore()
    const feed = createRevocationFeed({ sessions, relay: undefined, idleTime: createIdleTime(), idleAfter: 360 })
    const open = new Set<object>()
    const subscribe: typeof feed.subscribe = (...args) => {
      const end = feed.subscribe(...args)
      const mark = {}
      open.add(mark)
      return () => {
        open.delete(mark)
        end()
      }
    }
    const parts = { config: { basePath: '/auth' }, feed: { ...feed, subscribe }, isGuardCredential: () => true }
    const route = revocations(parts)
    onTestFinished(() => feed.close())
    const answer = async (request: Request) => toResponse(await route.handle({ request, address: null }), {})
    return { feed, open, answer }
  }

  it('receive a message without entries every 5 seconds where there is nothing new', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    onTestFinished(() => void vi.useRealTimers())
    const { answer } = routeWithCount()
    const headers = { ...credential, Accept: 'text/event-stream' }
    const response = await answer(new Request('http://x/auth/revocations', { headers }))
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader()
    expect((await reader.read()).value).toBe(': feed\n\n')
    expect((await reader.read()).value).toContain('"snapshot":true')

    await vi.advanceTimersByTimeAsync(5000)

    expect((await reader.read()).value).toContain('"snapshot":false,"entries":[]')
    await reader.cancel()
  })

  it('are let go at 256 unread messages, and find the stream ended after those', async () => {
    const { feed, open, answer } = routeWithCount()
    const headers = { ...credential, Accept: 'text/event-stream' }
    const response = await answer(new Request('http://x/auth/revocations', { headers }))
    const reader = response.body!.getReader()
    // The comment, and the snapshot.
    for (let read = 0; read < 2; read++) await reader.read()
    expect(open.size).toBe(1)

    for (let number = 0; number < 300; number++) {
      feed.publish([{ sid: `session ${number}`, reason: 'signed_out', expires: 9e9 }])
    }

    expect(open.size).toBe(0)
    let unread = 0
    while (!(await reader.read()).done) unread++
    expect(unread).toBe(256)
  })

  it('are at most 1,000 for one credential, and the next one is answered with Retry-After', async () => {
    const { open, answer } = routeWithCount()
    const ask = (authorization: string, accept = 'text/event-stream', method = 'GET') => {
      const headers = { Authorization: `Bearer ${authorization}`, Accept: accept }
      return answer(new Request('http://x/auth/revocations', { method, headers }))
    }
    const first = await ask('one')
    for (let number = 1; number < 1000; number++) await ask('one')

    const refused = await ask('one').catch((error: unknown) => error)

    expect(refused).toMatchObject({ code: 'too_many_requests', headers: { 'Retry-After': '30' } })
    expect(open.size).toBe(1000)
    // Neither a poll nor another credential is in the way.
    expect((await ask('one', 'application/json')).status).toBe(200)
    expect((await ask('one', 'text/event-stream', 'HEAD')).status).toBe(200)
    expect((await ask('two')).status).toBe(200)
    await first.body!.cancel()
    expect((await ask('one')).status).toBe(200)
    await expect(ask('one')).rejects.toMatchObject({ code: 'too_many_requests' })
  })

  it('give their place back when the server ends them for being slow', async () => {
    const { feed, answer } = routeWithCount()
    const headers = { ...credential, Accept: 'text/event-stream' }
    const ask = () => answer(new Request('http://x/auth/revocations', { headers }))
    const slow = (await ask()).body!.getReader()
    for (let read = 0; read < 2; read++) await slow.read()
    for (let number = 1; number < 1000; number++) await ask()
    for (let number = 0; number < 300; number++) {
      feed.publish([{ sid: `session ${number}`, reason: 'signed_out', expires: 9e9 }])
    }

    for (let number = 0; number < 1000; number++) await ask()

    await expect(ask()).rejects.toMatchObject({ code: 'too_many_requests' })
  })

  it('leave no subscriber behind where they ask for the head alone', async () => {
    const { open, answer } = routeWithCount()
    const headers = { ...credential, Accept: 'text/event-stream' }

    const response = await answer(new Request('http://x/auth/revocations', { method: 'HEAD', headers }))

    expect([response.status, response.body]).toEqual([200, null])
    expect(open.size).toBe(0)
  })

  it('are forgotten when their connection breaks', async () => {
    const { open, answer } = routeWithCount()
    const listening = await listen({ fetch: answer, owns: () => true }, { port: 0, host: '127.0.0.1' })
    onTestFinished(() => listening.close())
    const headers = { ...credential, Accept: 'text/event-stream' }
    const readers = await Promise.all(Array.from({ length: 5 }, () => abruptReader(listening.url, headers)))
    expect(open.size).toBe(5)

    for (const reader of readers) reader.destroy()

    await expect.poll(() => open.size).toBe(0)
  })
})

/** A connection on which the first event has arrived, to be torn down. */
function abruptReader(url: string, headers: Record<string, string>): Promise<{ destroy(): void }> {
  return new Promise((resolve) => {
    const request = httpRequest(`${url}/auth/revocations`, { headers }, (response) => {
      response.on('error', () => {})
      response.once('data', () => resolve(request))
    })
    request.on('error', () => {})
    request.end()
  })
}
