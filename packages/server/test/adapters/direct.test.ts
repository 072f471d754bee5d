import { once } from 'node:events'
import type { RequestListener } from 'node:http'
import { connect, type Socket } from 'node:net'
import fastify from 'fastify'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { mount as mountFastify } from '../../src/adapters/fastify.js'
import { requestListener } from '../../src/adapters/node.js'
import type { AuthServer } from '../../src/auth-server.js'
import { memoryStore } from '../../src/store/memory/index.js'
import { guardCredential } from '../harness/secrets.js'
import { ann, ask, serve } from './conformance.js'

const login = JSON.stringify({ ...ann, transport: 'body' })

/** Always the same, because the auth server does not read hosts of all ports directly. */
const start = (line: string) => `${line} HTTP/1.1\r\nHost: auth.example\r\nContent-Type: application/json\r\n`

async function open(url: string): Promise<Socket> {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname).setEncoding('latin1')
  onTestFinished(() => void socket.destroy())
  await once(socket, 'connect')
  return socket
}

async function statusOf(socket: Socket, bytes: string): Promise<string> {
  socket.write(bytes)
  const [answer] = await once(socket, 'data')
  return answer.slice(9, 12)
}

function deferred() {
  let resolve = () => {}
  const promise = new Promise<void>((done) => {
    resolve = done
  })
  return { promise, resolve }
}

describe('a request', () => {
  it.each([
    ['with a declared length is answered without a Request', `Content-Length: ${login.length}\r\n\r\n${login}`, false],
    [
      'with a chunked body needs a Request',
      `Transfer-Encoding: chunked\r\n\r\n${login.length.toString(16)}\r\n${login}\r\n0\r\n\r\n`,
      true,
    ],
  ])('%s', async (_, rest, needsRequest) => {
    let taken = 0
    const { url } = await serve((auth) =>
      requestListener({
        ...auth,
        get fetch() {
          taken++
          return auth.fetch
        },
      }),
    )

    const status = await statusOf(await open(url), start('POST /auth/login') + rest)

    expect(status).toBe('200')
    // The listener takes `fetch` once to learn whether it needs a Request, and once more to call it with one.
    expect(taken).toBe(needsRequest ? 2 : 1)
  })

  it('is answered for the target that it had before its body arrived', async () => {
    const { url } = await serve((auth): RequestListener => {
      const listener = requestListener(auth)
      return (request, response) => {
        listener(request, response)
        request.url = '/auth/me'
      }
    })

    const status = await statusOf(
      await open(url),
      `${start('POST /auth/login')}Content-Length: ${login.length}\r\n\r\n${login}`,
    )

    expect(status).toBe('200')
  })

  it('does not wait for a body that no endpoint of its method reads', async () => {
    const { url } = await serve(requestListener)

    const status = await statusOf(await open(url), `${start('DELETE /auth/sessions/none')}Content-Length: 9\r\n\r\n`)

    expect(status).toBe('401')
  })

  it.each([
    ['longer', login.length + 1],
    ['shorter', login.length - 1],
  ])('of Fastify’s inject is answered if it declares a body that is %s than its own', async (_, length) => {
    const { auth } = await serve(requestListener)
    const app = fastify()
    onTestFinished(() => app.close())
    app.register(mountFastify(auth))

    const answer = await app.inject({
      method: 'POST',
      url: '/auth/login',
      payload: login,
      headers: { Host: 'auth.example', 'Content-Type': 'application/json', 'Content-Length': String(length) },
    })

    expect([200, 400]).toContain(answer.statusCode)
  })

  it('whose Host is no address is refused, and is no error of the server', async () => {
    const { url, auth } = await serve(requestListener)
    const headers = { Host: '256.256.256.256', Authorization: `Bearer ${guardCredential}` }

    const answer = await ask(`${url}/auth/revocations`, { headers })

    expect([answer.status, JSON.parse(answer.body).code]).toEqual([400, 'invalid_request'])
    expect(auth.figures()).not.toHaveProperty('error')
  })

  it.each([
    ['a body of unknown length', 'Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n'],
    ['no body', 'Accept: */*\r\nAccept: text/html\r\n\r\n'],
  ])('whose Host is no address is refused with %s too', async (_, rest) => {
    const { url, auth } = await serve(requestListener)
    const line = start('POST /auth/login').replace('auth.example', '256.256.256.256')

    const status = await statusOf(await open(url), line + rest)

    expect(status).toBe('400')
    expect(auth.figures()).not.toHaveProperty('error')
  })
})

describe('an event stream', () => {
  const streamOf = async (auth: AuthServer) => {
    const { accessToken } = await auth.sessions.start({ subject: 'ann' })
    return `${start('GET /auth/session/events')}Authorization: Bearer ${accessToken}\r\n\r\n`
  }

  it('that waits behind another one of its connection ends with the connection', async () => {
    const { url, auth } = await serve(requestListener)
    const socket = await open(url)
    socket.write((await streamOf(auth)).repeat(2))
    await expect.poll(() => auth.figures().live_streams).toBe(2)

    socket.destroy()

    await expect.poll(() => auth.figures().live_streams).toBe(0)
  })

  it('ends at once if its client disconnected while the session was read', async () => {
    const store = memoryStore()
    const asked = deferred()
    const held = deferred()
    const closed = deferred()
    const { url, auth } = await serve(
      (real): RequestListener => {
        const listener = requestListener(real)
        return (request, response) => {
          request.socket.on('close', () => closed.resolve())
          listener(request, response)
        }
      },
      { store },
    )
    const socket = await open(url)
    const bytes = await streamOf(auth)
    const { find } = store.sessions
    vi.spyOn(store.sessions, 'find').mockImplementation(async (...parts) => {
      asked.resolve()
      await held.promise
      return find(...parts)
    })
    socket.write(bytes)
    await asked.promise

    socket.destroy()
    await closed.promise
    held.resolve()

    await expect.poll(() => auth.figures().live_streams).toBe(0)
  })
})
