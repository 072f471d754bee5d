import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { WsAdapter } from '@nestjs/platform-ws'
import { ConnectedSocket, MessageBody, SubscribeMessage, WebSocketGateway } from '@nestjs/websockets'
import { describe, expect, onTestFinished, test } from 'vitest'
import { WebSocket } from 'ws'
import { Auth, Protect, Public, protectSockets, Scopes } from '../../../src/adapters/nestjs/index.js'
import type { Guard } from '../../../src/guard.js'
import type { Principal } from '../../../src/principal.js'
import type { RouteOptions } from '../../../src/route.js'
import { cookie } from '../../../src/token-source.js'
import { goodClaims, makeGuard, makeKey, now, signToken } from '../../issuer.js'
import { platforms, start } from './apps.js'
import { revocable } from './revocable.js'

const key = makeKey('ES256', 'key')
const token = signToken(key)
const bearer = { authorization: `Bearer ${token}` }

/** Messages that reached a handler. */
let handled: string[] = []
/** Connections that a gateway has heard of. */
let connections: IncomingMessage[] = []

@WebSocketGateway({ path: '/live' })
class Live {
  handleConnection(_client: WebSocket, request: IncomingMessage) {
    connections.push(request)
  }

  @SubscribeMessage('who')
  who(@Auth('subject') subject: string, @MessageBody() data: unknown, @ConnectedSocket() client: WebSocket) {
    handled.push('who')
    return { event: 'you', data: [subject, data, client.readyState] }
  }

  @SubscribeMessage('admin')
  @Scopes('admin')
  admin() {
    return { event: 'never' }
  }

  @SubscribeMessage('maybe')
  @Protect({ optional: true, scope: 'admin' })
  maybe(@Auth() principal: Principal | undefined) {
    return { event: 'maybe', data: principal?.subject ?? null }
  }
}

@WebSocketGateway({ path: '/other' })
class Other {
  handleConnection() {}
}

@WebSocketGateway({ path: '/open' })
@Public()
class Open {
  @SubscribeMessage('who')
  who(@Auth() principal: Principal | undefined) {
    return { event: 'you', data: principal?.subject ?? null }
  }

  @SubscribeMessage('recent')
  @Protect({ maxAuthAge: 60 })
  recent() {
    handled.push('recent')
  }
}

interface Opened {
  readonly socket: WebSocket
  /** Sends a message and returns the answer. */
  ask(event: string, data?: unknown): Promise<{ event: string; data: unknown }>
}

function connect(url: string, protocols: string[], headers: Record<string, string>): WebSocket {
  const socket = new WebSocket(url.replace('http', 'ws'), protocols, { headers })
  onTestFinished(() => {
    // Where it was refused, there is nothing to terminate, which is an error.
    socket.on('error', () => undefined).terminate()
  })
  return socket
}

async function opened(
  url: string,
  headers: Record<string, string> = bearer,
  protocols: string[] = [],
): Promise<Opened> {
  const socket = connect(url, protocols, headers)
  await once(socket, 'open')
  return {
    socket,
    async ask(event, data) {
      const answer = once(socket, 'message')
      socket.send(JSON.stringify({ event, data }))
      return JSON.parse(String((await answer)[0]))
    },
  }
}

/** Sends a message that may have no answer, and waits until it would have been handled. */
async function send(socket: WebSocket, event: string): Promise<void> {
  socket.send(JSON.stringify({ event, data: 1 }))
  for (const _ of [1, 2, 3]) {
    socket.ping()
    await once(socket, 'pong')
  }
}

/** The answer to an upgrade that was refused. */
async function refused(url: string, headers: Record<string, string>, protocols: string[] = []) {
  const [, response] = (await once(connect(url, protocols, headers), 'unexpected-response')) as [
    unknown,
    IncomingMessage,
  ]
  let body = ''
  for await (const chunk of response.setEncoding('utf8')) body += chunk
  return { status: response.statusCode, headers: response.headers, code: JSON.parse(body).code as string }
}

describe.each(platforms)('sockets in Nest on %s', (_platform, adapter) => {
  async function serve(guard: Guard = makeGuard({ keys: key.jwk }), options?: RouteOptions) {
    connections = []
    handled = []
    const { url } = await start(adapter, {
      guard,
      providers: [Live, Other, Open],
      prepare: (app) => app.useWebSocketAdapter(protectSockets(new WsAdapter(app), guard, options)),
    })
    return `${url}/live`
  }

  test.each([
    ['no token', {}, 401, 'access_token_missing'],
    ['an expired token', { authorization: `Bearer ${signToken(key, { exp: now - 9 })}` }, 401, 'access_token_expired'],
    ['a forged token', { authorization: `Bearer ${signToken(makeKey('ES256', 'key'))}` }, 401, 'access_token_invalid'],
    ['too little scope', { authorization: `Bearer ${signToken(key, { scope: 'x' })}` }, 403, 'insufficient_scope'],
  ])('an upgrade with %s is refused before it reaches a gateway', async (_title, headers, status, code) => {
    const url = await serve(makeGuard({ keys: key.jwk }), { scope: 'orders' })

    const answer = await refused(url, headers)

    expect(answer).toMatchObject({ status, code, headers: { 'content-type': 'application/problem+json' } })
    expect(answer.headers['www-authenticate']).toMatch(/^Bearer/)
    expect(connections).toHaveLength(0)
  })

  test('a token in the query is ignored', async () => {
    const url = await serve()
    expect((await refused(`${url}?access_token=${token}&token=${token}`, {})).status).toBe(401)
  })

  test('with a token a gateway has the principal in every message', async () => {
    const { ask } = await opened(await serve())

    expect(connections).toHaveLength(1)
    expect(await ask('who', 'first')).toEqual({ event: 'you', data: ['user-1', 'first', WebSocket.OPEN] })
    expect(await ask('who', 'second')).toEqual({ event: 'you', data: ['user-1', 'second', WebSocket.OPEN] })
  })

  test.each([
    [['bearer', token], 'bearer'],
    [['orders.v1', 'bearer', token], 'orders.v1'],
    [['bearer', token, 'orders.v1'], 'orders.v1'],
  ])(
    'a page brings the token as the subprotocol after bearer, and the answer does not repeat it (%#)',
    async (protocols, chosen) => {
      const { socket, ask } = await opened(await serve(), {}, protocols)

      expect(socket.protocol).toBe(chosen)
      expect(await ask('who', 1)).toMatchObject({ event: 'you' })
    },
  )

  test('without bearer among them, subprotocols are chosen as ever', async () => {
    const { socket } = await opened(await serve(), bearer, ['orders.v1', 'orders.v2'])
    expect(socket.protocol).toBe('orders.v1')
  })

  test.each([
    ['a bad token', {}, ['bearer', `${token.slice(0, -4)}AAAA`], 'access_token_invalid'],
    ['bearer alone', {}, ['bearer'], 'access_token_missing'],
    ['a token in the header as well', bearer, ['bearer', token], 'invalid_request'],
  ])('subprotocols with %s are refused', async (_title, headers, protocols, code) => {
    expect((await refused(await serve(), headers, protocols)).code).toBe(code)
  })

  test('a cookie is accepted only from pages of a listed origin, since any page may open a socket', async () => {
    const guard = makeGuard({ keys: key.jwk, tokens: [cookie('access_token')], origins: ['https://app.example.com'] })
    const url = await serve(guard)
    const jar = { cookie: `access_token=${token}` }

    expect((await refused(url, { ...jar, origin: 'https://evil.example' })).code).toBe('origin_refused')
    expect(await (await opened(url, { ...jar, origin: 'https://app.example.com' })).ask('who', 1)).toMatchObject({
      event: 'you',
    })
  })

  test('an unexpected error of the guard refuses the upgrade', async () => {
    const broken = () => {
      throw new Error('no clock')
    }
    const url = await serve(makeGuard({ keys: key.jwk, now: broken }))

    expect(await once(connect(url, [], bearer), 'unexpected-response')).toMatchObject([{}, { statusCode: 500 }])
    expect(connections).toHaveLength(0)
  })

  test('an optional upgrade connects anybody, and each message is checked', async () => {
    const url = await serve(makeGuard({ keys: key.jwk }), { optional: true })
    const { ask } = await opened(url, {})

    expect(await ask('maybe')).toEqual({ event: 'maybe', data: null })
    expect(await ask('who', 1)).toMatchObject({ event: 'exception', data: { code: 'access_token_missing' } })
  })

  test('a message that needs more scope is answered with our code', async () => {
    const { ask } = await opened(await serve())

    expect(await ask('admin')).toMatchObject({ event: 'exception', data: { code: 'insufficient_scope', status: 403 } })
    expect(await ask('maybe')).toEqual({ event: 'maybe', data: null })
    expect(await ask('who', 1)).toMatchObject({ event: 'you' })
  })

  test('a socket outlives the token that it came with', async () => {
    let seconds = now
    const guard = makeGuard({ keys: key.jwk, now: () => seconds * 1000 })
    const { ask } = await opened(await serve(guard))
    seconds += 1000

    expect(await ask('who', 1)).toMatchObject({ event: 'you' })
  })

  test('once its session ends, a socket receives the reason and is closed with 4401, and the others stay open', async () => {
    const { guard, end } = revocable(key)
    const url = await serve(guard)
    const mine = await opened(url)
    const other = await opened(url, { authorization: `Bearer ${signToken(key, { sid: 'other' })}` })
    const [message, closed] = [once(mine.socket, 'message'), once(mine.socket, 'close')]

    end(goodClaims.sid)

    expect(JSON.parse(String((await message)[0]))).toMatchObject({ event: 'exception', data: { code: 'signed_out' } })
    const [code, reason] = await closed
    expect([code, String(reason)]).toEqual([4401, 'signed_out'])
    expect(await other.ask('who', 1)).toMatchObject({ event: 'you' })
    expect((await refused(url, bearer)).code).toBe('signed_out')
  })

  test('a message that arrives after the end gets our code and no handler', async () => {
    const { guard, end } = revocable(key)
    const url = await serve(guard)
    const { socket } = await opened(url)
    const received: { event: string; data: { code: string } }[] = []
    socket.on('message', (data) => received.push(JSON.parse(String(data))))

    end(goodClaims.sid)
    // The guard has not received the end yet.
    socket.send(JSON.stringify({ event: 'who', data: 1 }))
    const [code] = await once(socket, 'close')

    expect(code).toBe(4401)
    expect(received.map(({ data }) => data.code)).not.toContain(undefined)
  })

  test('once the profile has changed, no message passes by the scope that the upgrade had, and the socket stays open', async () => {
    let seconds = now
    const { guard, change } = revocable(key, () => seconds * 1000)
    const url = await serve(guard)
    const admin = await opened(url, { authorization: `Bearer ${signToken(key, { scope: 'admin', pv: 1 })}` })
    const other = await opened(url, { authorization: `Bearer ${signToken(key, { scope: 'admin', pv: 2 })}` })
    expect(await admin.ask('admin')).toMatchObject({ event: 'never' })

    change(2)

    expect(await admin.ask('admin')).toMatchObject({ event: 'exception', data: { code: 'claims_changed' } })
    expect(await admin.ask('maybe')).toEqual({ event: 'maybe', data: null })
    expect(await admin.ask('who', 1)).toMatchObject({ event: 'you' })
    expect(await other.ask('admin')).toMatchObject({ event: 'never' })
    // Later the guard has forgotten the change, because no token from before it is valid.
    seconds += 10_000
    expect(await admin.ask('admin')).toMatchObject({ event: 'exception', data: { code: 'claims_changed' } })
  })

  test('a public gateway is open to every client that has connected', async () => {
    const url = (await serve(makeGuard({ keys: key.jwk }), { optional: true })).replace('/live', '/open')
    const { ask } = await opened(url, {})

    expect(await ask('who')).toEqual({ event: 'you', data: null })
  })

  test('an option that no message can have keeps its handler closed', async () => {
    const { socket } = await opened((await serve()).replace('/live', '/open'))

    await send(socket, 'recent')

    expect(handled).toEqual([])
  })

  test('without protectSockets no message reaches a handler', async () => {
    handled = []
    const { url } = await start(adapter, {
      guard: makeGuard({ keys: key.jwk }),
      providers: [Live],
      prepare: (app) => app.useWebSocketAdapter(new WsAdapter(app)),
    })
    const { socket } = await opened(`${url}/live`)

    await send(socket, 'who')

    expect(handled).toEqual([])
  })

  test('a message that passes is handled by the time that these two wait for', async () => {
    const { socket } = await opened(await serve())

    await send(socket, 'who')

    expect(handled).toEqual(['who'])
  })
})

test('Socket.IO, which connects without an upgrade, is rejected with an error that says why', () => {
  const io = { createIOServer() {}, create() {}, bindClientConnect() {}, bindMessageHandlers() {}, close() {} }
  expect(() => protectSockets(io, makeGuard({ keys: key.jwk }))).toThrow(/must be a WsAdapter/)
})
