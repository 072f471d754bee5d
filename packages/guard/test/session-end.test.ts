import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { RevocationEntry, RevocationMessage } from '@sessionward/protocol'
import { expect, onTestFinished, test } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { fromNode } from '../src/adapters/node-request.js'
import type { GuardOptions } from '../src/config.js'
import type { Guard } from '../src/guard.js'
import type { RevocationListener } from '../src/revocation/source.js'
import { closeOnSessionEnd } from '../src/session-end.js'
import { cookie } from '../src/token-source.js'
import { serve } from './http.js'
import { goodClaims, makeGuard, makeKey, makeLogger, now, signToken } from './issuer.js'

const key = makeKey('ES256', 'key')
const token = signToken(key)
const { sid } = goodClaims
const signedOut: RevocationEntry = { sid, reason: 'signed_out', expires: goodClaims.exp }

/** A guard, and what the auth server says to it. */
function guardWithFeed(options: Partial<GuardOptions> = {}) {
  let receive: RevocationListener = () => undefined
  const say = (entries: readonly RevocationEntry[], snapshot = false) => {
    const message: RevocationMessage = { version: 1, epoch: 'one', watermark: now * 1000, snapshot, entries }
    receive(message)
  }
  const subscribe = (given: RevocationListener) => {
    receive = given
    say([], true)
    return () => undefined
  }
  return { guard: makeGuard({ keys: key.jwk, feed: { subscribe }, ...options }), say }
}

test('a listener is called once when its session has ended, with the reason', async () => {
  const { guard, say } = guardWithFeed()
  const reasons: string[] = []
  guard.onSessionEnd(await guard.verify(token), ({ code }) => reasons.push(code))
  say([{ sid: 'another', reason: 'signed_out', expires: goodClaims.exp }])
  say([signedOut])
  say([{ ...signedOut, reason: 'session_revoked' }])
  expect(reasons).toEqual(['signed_out'])
})

test('a session that ended while the feed was unavailable is reported with the next snapshot', async () => {
  const { guard, say } = guardWithFeed()
  const reasons: string[] = []
  guard.onSessionEnd(await guard.verify(token), ({ code }) => reasons.push(code))
  say([signedOut], true)
  expect(reasons).toEqual(['signed_out'])
})

test('the end of an earlier session is reported once the caller can unsubscribe', async () => {
  const { guard, say } = guardWithFeed()
  const principal = await guard.verify(token)
  say([signedOut])
  const reasons: string[] = []
  const stop = guard.onSessionEnd(principal, ({ code }) => {
    stop()
    reasons.push(code)
  })
  guard.onSessionEnd(principal, () => reasons.push('never'))()
  expect(reasons).toEqual([])
  await Promise.resolve()
  expect(reasons).toEqual(['signed_out'])
})

test('a listener that has unsubscribed is not called, and another one of the session is', async () => {
  const { guard, say } = guardWithFeed()
  const principal = await guard.verify(token)
  const reasons: string[] = []
  const stop = guard.onSessionEnd(principal, () => reasons.push('first'))
  guard.onSessionEnd(principal, () => reasons.push('second'))
  stop()
  stop()
  say([signedOut])
  expect(reasons).toEqual(['second'])
})

test('a listener that throws is logged, and harms neither the feed nor other listeners', async () => {
  const { logger, warnings } = makeLogger()
  const { guard, say } = guardWithFeed({ logger })
  const principal = await guard.verify(token)
  const reasons: string[] = []
  guard.onSessionEnd(principal, () => {
    throw new Error('broken')
  })
  guard.onSessionEnd(principal, () => reasons.push('second'))
  say([signedOut])
  expect(reasons).toEqual(['second'])
  expect(warnings).toEqual(['Sessionward guard: a listener of onSessionEnd threw: broken'])
})

test('a guard without a feed warns that it cannot know', async () => {
  const { logger, warnings } = makeLogger()
  const guard = makeGuard({ keys: key.jwk, logger })
  guard.onSessionEnd(await guard.verify(token), () => undefined)()
  expect(warnings).toEqual([expect.stringContaining('onSessionEnd needs a feed')])
})

test('an argument that is not a principal or not a listener is rejected', async () => {
  const { guard } = guardWithFeed()
  expect(() => guard.onSessionEnd(undefined as never, () => undefined)).toThrow(/^principal: /)
  const principal = await guard.verify(token)
  expect(() => guard.onSessionEnd(principal, undefined as never)).toThrow(/^listener: /)
  expect(() => closeOnSessionEnd(guard, principal, {} as never)).toThrow(/^connection: /)
})

/** A server whose sockets echo, guarded at the upgrade. */
async function serveSockets(guard: Guard, received: string[] = []) {
  const sockets = new WebSocketServer({ noServer: true })
  sockets.on('connection', (socket) =>
    socket.on('message', (data) => {
      received.push(String(data))
      socket.send(String(data))
    }),
  )
  const server = createServer()
  server.on('upgrade', async (request, connection, head) => {
    try {
      const principal = await guard.check(fromNode(request))
      sockets.handleUpgrade(request, connection, head, (socket) => {
        closeOnSessionEnd(guard, principal, socket)
        sockets.emit('connection', socket, request)
      })
    } catch {
      connection.end('HTTP/1.1 401 Unauthorized\r\n\r\n')
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    for (const socket of sockets.clients) socket.terminate()
    server.close()
  })
  return { url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`, sockets }
}

const authorized = { headers: { authorization: `Bearer ${token}` } }

test('an open WebSocket is closed with 4401 and the reason when its session ends', async () => {
  const { guard, say } = guardWithFeed()
  const socket = new WebSocket((await serveSockets(guard)).url, authorized)
  await once(socket, 'open')
  const closed = once(socket, 'close')
  say([signedOut])
  const [code, reason] = await closed
  expect([code, String(reason)]).toEqual([4401, 'signed_out'])
})

test('a refresh leaves a WebSocket open, also beyond the expiry of the token that it began with', async () => {
  let seconds = now
  const { guard, say } = guardWithFeed({ now: () => seconds * 1000 })
  const socket = new WebSocket((await serveSockets(guard)).url, authorized)
  await once(socket, 'open')
  seconds = goodClaims.exp + 60
  say([])
  await guard.verify(signToken(key, { iat: seconds, exp: seconds + 300, jti: 'next' }))
  socket.send('still here')
  expect(String((await once(socket, 'message'))[0])).toBe('still here')
  const closed = once(socket, 'close')
  say([{ ...signedOut, expires: seconds + 300 }])
  expect((await closed)[0]).toBe(4401)
})

test('a peer that ignores the close frame is disconnected, and its messages are ignored', async () => {
  const { guard, say } = guardWithFeed()
  const received: string[] = []
  const { url, sockets } = await serveSockets(guard, received)
  const socket = new WebSocket(url, authorized)
  await once(socket, 'open')
  const [there] = sockets.clients
  // Never reads, so never sees the close frame.
  socket.pause()
  say([signedOut])
  socket.send('after the end')
  await once(there!, 'close')
  expect(received).toEqual([])
})

test('a connection that closes by itself is forgotten', async () => {
  const stopped: string[] = []
  const principal = await guardWithFeed().guard.verify(token)
  const guard = { onSessionEnd: () => () => void stopped.push('stopped') }
  const target = new EventTarget()
  closeOnSessionEnd(guard, principal, Object.assign(target, { close: () => undefined }) as never)
  target.dispatchEvent(new Event('close'))
  expect(stopped).toEqual(['stopped'])
})

test('a page of another site cannot open a WebSocket with the cookie of a person who is signed in', async () => {
  const { guard } = guardWithFeed({ tokens: [cookie('access_token')], origins: ['https://app.example.com'] })
  const { url } = await serveSockets(guard)
  const open = (origin: string) => new WebSocket(url, { headers: { cookie: `access_token=${token}`, origin } })
  await once(open('https://app.example.com'), 'open')
  const [error] = await once(open('https://evil.example'), 'error')
  expect(String(error)).toContain('401')
})

/** A stream of server-sent events, or of something else. */
async function serveStream(guard: Guard, type: string) {
  const { url } = await serve(async (request: IncomingMessage, response: ServerResponse) => {
    if (type.startsWith('text/event-stream')) response.setHeader('content-type', type)
    else response.writeHead(200, { 'content-type': type || 'text/event-stream' })
    response.write('data: hello\n\n')
    closeOnSessionEnd(guard, await guard.check(fromNode(request)), response)
  })
  const accept = type === 'text/csv' ? '*/*' : 'text/event-stream'
  const { body } = await fetch(url, { headers: { ...authorized.headers, accept } })
  const reader = body!.pipeThrough(new TextDecoderStream()).getReader()
  expect((await reader.read()).value).toBe('data: hello\n\n')
  return reader
}

test.each(['text/event-stream; charset=utf-8', ''])(
  'an event stream ends with an event that says why (%s)',
  async (type) => {
    const { guard, say } = guardWithFeed()
    const reader = await serveStream(guard, type)
    await expect.poll(() => guard.figures().verified).toBe(1)
    say([signedOut])
    const { value } = await reader.read()
    expect(value).toBe(`event: session-ended\ndata: {"type":"ended","sid":"${sid}","reason":"signed_out"}\n\n`)
    expect(await reader.read()).toMatchObject({ done: true })
  },
)

test('any other open response is interrupted, so that half of it does not look like the whole', async () => {
  const { guard, say } = guardWithFeed()
  const reader = await serveStream(guard, 'text/csv')
  await expect.poll(() => guard.figures().verified).toBe(1)
  say([signedOut])
  await expect(reader.read()).rejects.toThrow()
})

test('the type of the response takes precedence over what the request accepts', async () => {
  const { guard, say } = guardWithFeed()
  const { url } = await serve(async (request: IncomingMessage, response: ServerResponse) => {
    response.setHeader('content-type', 'text/csv')
    response.write('article,count\n')
    closeOnSessionEnd(guard, await guard.check(fromNode(request)), response)
  })
  const { body } = await fetch(url, { headers: { ...authorized.headers, accept: 'text/event-stream' } })
  const reader = body!.getReader()
  await reader.read()
  await expect.poll(() => guard.figures().verified).toBe(1)
  say([signedOut])
  await expect(reader.read()).rejects.toThrow()
})
