import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, request as httpRequest, type IncomingMessage } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import express from 'express'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { mount } from '../../src/adapters/express.js'
import { listen, requestListener } from '../../src/adapters/node.js'
import { listeningServer } from '../harness/listening.js'
import { passwordOf } from '../harness/people.js'
import { guardCredential } from '../harness/secrets.js'

const login = JSON.stringify({ username: 'ann', password: passwordOf('ann'), transport: 'body' })

/** Bytes as they stand, on a connection of their own; what came back when the server or we ended it. */
function raw(url: string, bytes: string): Promise<string> {
  const { hostname, port } = new URL(url)
  return new Promise((resolve, reject) => {
    let received = ''
    const socket = connect(Number(port), hostname, () => socket.end(bytes))
    socket.on('data', (chunk) => {
      received += chunk.toString('latin1')
    })
    socket.on('close', () => resolve(received))
    socket.on('error', reject)
  })
}

describe('the auth server on node:http', () => {
  it('answers over a real socket and knows the client’s address', async () => {
    const { url, store } = await listeningServer()

    const response = await fetch(`${url}/auth/login`, {
      method: 'POST',
      body: login,
      headers: { 'Content-Type': 'application/json', 'X-Forwarded-For': '203.0.113.9' },
    })

    const { session } = await response.json()
    expect((await store.sessions.find(session.id)).session!.address).toBe('127.0.0.1')
  })

  it('takes the address from a proxy header, if the option says how', async () => {
    const { auth, store } = await listeningServer()
    const address = (request: IncomingMessage) => request.headers['x-real-ip'] as string
    const { url, close } = await listen(auth, { port: 0, host: '127.0.0.1', address })
    onTestFinished(close)

    const response = await fetch(`${url}/auth/login`, {
      method: 'POST',
      body: login,
      headers: { 'Content-Type': 'application/json', 'X-Real-IP': '203.0.113.9' },
    })

    const { session } = await response.json()
    expect((await store.sessions.find(session.id)).session!.address).toBe('203.0.113.9')
  })

  it('is a listener for a server of one’s own', async () => {
    const { auth } = await listeningServer()
    const server = createServer(requestListener(auth))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void server.close())

    const response = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/healthz`)

    expect(await response.json()).toEqual({ status: 'ok' })
  })

  it('rejects where it cannot listen, and names no other reason than that', async () => {
    const { url, auth } = await listeningServer()

    await expect(listen(auth, { port: Number(new URL(url).port), host: '127.0.0.1' })).rejects.toMatchObject({
      code: 'EADDRINUSE',
    })
  })

  it.each(['node:http', 'Express'])(
    'serves no request of a client that has reset its connection, in %s',
    async (name) => {
      let served = 0
      const auth = {
        owns: () => true,
        fetch: async () => {
          served++
          return new Response('answer')
        },
      }
      const handle = name === 'Express' ? express().use(mount(auth)) : requestListener(auth)
      let release = () => {}
      const held = new Promise<void>((resolve) => {
        release = resolve
      })
      let handled = () => {}
      const done = new Promise<void>((resolve) => {
        handled = resolve
      })
      // What runs before the auth server takes its time, and meanwhile the client goes.
      const server = createServer(async (request, response) => {
        request.socket.on('error', () => {})
        if (request.url === '/auth/gone') {
          release()
          await new Promise((resolve) => request.socket.once('close', resolve))
        }
        handle(request, response)
        if (request.url === '/auth/gone') handled()
      })
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
      onTestFinished(() => void server.close())
      const { port } = server.address() as AddressInfo
      const socket = connect(port, '127.0.0.1')
      socket.on('error', () => {})
      socket.write('POST /auth/gone HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n')
      await held

      socket.resetAndDestroy()
      await done

      expect(served).toBe(0)
      expect(await (await fetch(`http://127.0.0.1:${port}/auth/here`)).text()).toBe('answer')
    },
  )

  it('serves a client on a Unix socket, which has no address', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'sessionward-'))
    const socketPath = join(folder, 'socket')
    const server = createServer(requestListener({ owns: () => true, fetch: async () => new Response('answer') }))
    await new Promise<void>((resolve) => server.listen(socketPath, resolve))
    onTestFinished(() => {
      server.close()
      rmSync(folder, { recursive: true, force: true })
    })

    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      httpRequest({ socketPath, path: '/auth/me' }, resolve).on('error', reject).end()
    })

    expect(response.statusCode).toBe(200)
    response.resume()
  })

  it('lives on when a client goes away in the middle of its request', async () => {
    const { url, auth, connections } = await listeningServer()
    const warned = vi.spyOn(console, 'error')
    onTestFinished(() => warned.mockRestore())
    for (let number = 0; number < 5; number++) {
      await new Promise<void>((resolve) => {
        const headers = { 'Content-Type': 'application/json', 'Content-Length': '1000' }
        const request = httpRequest(`${url}/auth/login`, { method: 'POST', headers })
        request.on('error', () => resolve())
        request.write(login, () => setTimeout(() => request.destroy(), 20))
      })
    }

    await expect.poll(() => connections()).toBe(0)
    expect((await fetch(`${url}/healthz`)).status).toBe(200)
    expect(auth.figures()).not.toHaveProperty('error')
    expect(warned).not.toHaveBeenCalled()
  })

  it('lives on, and finishes what it began, when a client goes away before its answer', async () => {
    const { url, auth, directory, connections } = await listeningServer()
    const { refreshToken, session } = await auth.sessions.start({ subject: 'ann', transport: 'body' })
    const next = await auth.sessions.refresh({ token: refreshToken!, transport: 'body' })
    let arrived = () => {}
    const asked = new Promise<void>((resolve) => {
      arrived = resolve
    })
    let go = () => {}
    const gate = new Promise<void>((resolve) => {
      go = resolve
    })
    const profile = directory.profile
    Object.assign(directory, {
      profile: async (who: Parameters<typeof profile>[0]) => {
        arrived()
        await gate
        return profile(who)
      },
    })
    const body = JSON.stringify({ refresh_token: next.refreshToken })
    const headers = { 'Content-Type': 'application/json', 'Content-Length': String(body.length) }
    const request = httpRequest(`${url}/auth/refresh`, { method: 'POST', headers })
    request.on('error', () => {})
    request.end(body)
    await asked

    request.destroy()
    await expect.poll(() => connections()).toBe(0)
    go()

    await expect.poll(() => auth.figures().refresh_confirmed).toBe(1)
    const again = await auth.sessions.refresh({ token: next.refreshToken!, transport: 'body' })
    expect(again.session).toMatchObject({ id: session.id, generation: 2 })
    expect((await fetch(`${url}/healthz`)).status).toBe(200)
  })

  it.each([
    ['two lengths', 'Content-Length: 5\r\nContent-Length: 6'],
    ['a length and chunks (request smuggling)', 'Content-Length: 5\r\nTransfer-Encoding: chunked'],
    ['a length that is none', 'Content-Length: 5x'],
    ['a negative length', 'Content-Length: -1'],
    ['a folded header', 'X: a\r\n b: c\r\nContent-Length: 5x'],
  ])('refuses %s with 400', async (_, headers) => {
    const { url } = await listeningServer()

    const answer = await raw(url, `POST /auth/login HTTP/1.1\r\nHost: x\r\n${headers}\r\n\r\n{"a":1}`)

    expect(answer).toMatch(/^HTTP\/1\.1 400 /)
  })

  it.each([
    ['no Host', 'GET /healthz HTTP/1.1\r\nConnection: close\r\n\r\n'],
    ['a Host that is none', 'GET /healthz HTTP/1.1\r\nHost: a b/c?d\r\nConnection: close\r\n\r\n'],
    ['a path of stars', 'OPTIONS * HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'],
    ['a broken escape', 'GET /auth/%E0%A4%A HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'],
    ['a NUL in the path', 'GET /auth/%00 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'],
    [
      'bytes beyond ASCII in a header',
      'GET /auth/me HTTP/1.1\r\nHost: x\r\nCookie: a=\xff\xfe\r\nConnection: close\r\n\r\n',
    ],
    ['a header that is too long', `GET /auth/me HTTP/1.1\r\nHost: x\r\nCookie: ${'a'.repeat(40_000)}\r\n\r\n`],
  ])('answers %s without a fault of its own', async (_, bytes) => {
    const { url } = await listeningServer()

    const answer = await raw(url, bytes)

    expect(answer).toMatch(/^HTTP\/1\.1 [234]\d\d /)
    expect((await fetch(`${url}/healthz`)).status).toBe(200)
  })

  it.each([
    ['no Host', 400, 'GET /healthz HTTP/1.1\r\nConnection: close\r\n\r\n'],
    ['an empty Host', 400, 'GET /healthz HTTP/1.1\r\nHost:\r\nConnection: close\r\n\r\n'],
    ['a Host that is none', 400, 'GET /healthz HTTP/1.1\r\nHost: a b/c?d\r\nConnection: close\r\n\r\n'],
    ['a backslash in the path', 400, 'GET /auth\\me HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'],
    ['a path of stars', 400, 'GET * HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'],
    ['an unknown expectation', 401, 'GET /auth/me HTTP/1.1\r\nHost: x\r\nExpect: tea\r\nConnection: close\r\n\r\n'],
    ['no HTTP', 400, 'hunter2\r\n\r\n'],
    ['a broken chunk', 400, 'POST /auth/login HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nhunter2\r\n'],
    ['two lengths', 400, 'POST /auth/login HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n'],
    ['headers that are too long', 431, `GET /auth/me HTTP/1.1\r\nHost: x\r\nCookie: ${'a'.repeat(40_000)}\r\n\r\n`],
  ])('answers %s with a problem that repeats nothing', async (_, status, bytes) => {
    const { url } = await listeningServer()

    const [head = '', body = ''] = (await raw(url, bytes)).split('\r\n\r\n')

    expect(head).toMatch(new RegExp(`^HTTP/1.1 ${status} `))
    expect(head).toMatch(/^content-type: application\/problem\+json$/im)
    expect(JSON.parse(body.slice(body.indexOf('{'), body.lastIndexOf('}') + 1))).toMatchObject({ status })
    expect(body).not.toContain('hunter2')
    expect((await fetch(`${url}/healthz`)).status).toBe(200)
  })

  it('writes no second answer where the request breaks behind the first', async () => {
    const { url } = await listeningServer()
    const stream = `GET /auth/revocations HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\n`

    const answer = await raw(url, `${stream}Authorization: Bearer ${guardCredential}\r\n\r\nhunter2\r\n\r\n`)

    expect(answer.match(/HTTP\/1\.1 \d+/g)?.length ?? 0).toBeLessThanOrEqual(1)
  })

  it('cuts a body off that has no end', async () => {
    const { url } = await listeningServer()
    const chunk = `2000\r\n${' '.repeat(0x2000)}\r\n`

    const answer = await raw(
      url,
      `POST /auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n${chunk.repeat(20)}`,
    )

    expect(answer).toMatch(/^HTTP\/1\.1 400 /)
    expect(answer).toContain('65536 bytes')
  })

  it('lets go of open streams when it closes', async () => {
    const { url, close } = await listeningServer()
    const response = await fetch(`${url}/auth/revocations`, {
      headers: { Authorization: `Bearer ${guardCredential}`, Accept: 'text/event-stream' },
    })
    const reader = response.body!.getReader()
    await reader.read()

    await close()

    await expect(fetch(`${url}/healthz`)).rejects.toThrow()
  })
})
