import type { ServerResponse } from 'node:http'
import type { RevocationEntry, RevocationMessage } from '@sessionward/protocol'
import { expect, onTestFinished, test, vi } from 'vitest'
import { Subscriber } from '../../src/revocation/subscriber.js'
import { serve, until } from '../http.js'
import { now } from '../issuer.js'

const credential = 'guard-credential'

function messageOf(given: Partial<RevocationMessage> = {}): RevocationMessage {
  return { version: 1, epoch: 'one', watermark: 1000, snapshot: false, entries: [], ...given }
}

function send(response: ServerResponse, message: unknown): void {
  response.write(`data: ${JSON.stringify(message)}\n\n`)
}

function open(response: ServerResponse): ServerResponse {
  return response.writeHead(200, { 'content-type': 'text/event-stream' })
}

/** A subscriber whose pauses are short, with all that it received. */
function subscribe(url: string, options: { heartbeat?: number; firstPause?: number } = {}) {
  const received: RevocationMessage[] = []
  const subscriber = new Subscriber({ url, credential, fetch, firstPause: 0.001, ...options })
  const stop = subscriber.subscribe((message) => received.push(message))
  onTestFinished(stop)
  return { received, subscriber, stop }
}

const entry = (sid: string): RevocationEntry => ({ sid, reason: 'signed_out', expires: now + 300 })

test('the feed is asked for with the credential, and every message is handed on', async () => {
  const server = await serve((_, response) => {
    open(response)
    send(response, messageOf({ snapshot: true, entries: [entry('a')] }))
    send(response, messageOf({ watermark: 2000, entries: [entry('b'), entry('a')] }))
  })
  const { received, subscriber } = subscribe(server.url)
  await until(() => received.length === 2)
  expect(received.flatMap(({ entries }) => entries)).toEqual([entry('a'), entry('b'), entry('a')])
  expect(server.requests[0]!.headers).toMatchObject({
    accept: 'text/event-stream',
    authorization: `Bearer ${credential}`,
  })
  expect(server.requests[0]!.headers['last-event-id']).toBeUndefined()
  expect(subscriber.failure).toBeUndefined()
})

test('a lost connection is taken up where it broke off', async () => {
  let connections = 0
  const server = await serve((_, response) => {
    open(response)
    if (++connections > 1) return send(response, messageOf({ watermark: 4000, entries: [entry('b')] }))
    send(response, messageOf({ snapshot: true, watermark: 3000 }))
    setImmediate(() => response.destroy())
  })
  const { received } = subscribe(server.url)
  await until(() => received.length === 2)
  expect(server.requests[1]!.headers['last-event-id']).toBe('one.3000')
})

test('a feed that ends in good order is taken up too', async () => {
  const server = await serve((_, response) => {
    open(response)
    send(response, messageOf({ snapshot: true }))
    response.end()
  })
  const { received } = subscribe(server.url)
  await until(() => received.length >= 3)
})

test('another epoch with a snapshot is followed', async () => {
  const server = await serve((request, response) => {
    open(response)
    if (request.headers['last-event-id'] === 'two.7') return send(response, messageOf({ epoch: 'two', watermark: 8 }))
    send(response, messageOf({ snapshot: true }))
    send(response, messageOf({ epoch: 'two', watermark: 7, snapshot: true }))
    setImmediate(() => response.destroy())
  })
  const { received } = subscribe(server.url)
  await until(() => received.some(({ watermark }) => watermark === 8))
})

test('another epoch without a snapshot is not believed: the feed is asked for anew', async () => {
  const server = await serve((request, response) => {
    open(response)
    if (!request.headers['last-event-id']) send(response, messageOf({ snapshot: true }))
    send(response, messageOf({ epoch: 'two', entries: [entry('x')] }))
  })
  const { received, subscriber } = subscribe(server.url)
  await until(() => server.requests.length >= 3)
  expect(server.requests.map(({ headers }) => headers['last-event-id'])).not.toContain('two.1000')
  expect(server.requests[1]!.headers['last-event-id']).toBeUndefined()
  expect(received.every(({ epoch }) => epoch === 'one')).toBe(true)
  expect(subscriber.failure === undefined || /epoch/.test(subscriber.failure)).toBe(true)
})

test('a feed that does not begin with a snapshot is not believed', async () => {
  const server = await serve((_, response) => send(open(response), messageOf({ entries: [entry('x')] })))
  const { received, subscriber } = subscribe(server.url)
  await until(() => server.requests.length >= 2)
  expect(received).toEqual([])
  expect(subscriber.failure).toContain('snapshot')
})

test('a connection that fell silent is given up, although it is open', async () => {
  const server = await serve((request, response) => {
    open(response)
    send(response, messageOf({ snapshot: request.headers['last-event-id'] === undefined }))
    // Bytes alone are no sign of life: a proxy can send them for a server that is gone.
    const comments = setInterval(() => response.write(': still here\n\n'), 5)
    response.on('close', () => clearInterval(comments))
  })
  const { received } = subscribe(server.url, { heartbeat: 0.02 })
  await until(() => received.length >= 3)
  expect(server.requests.length).toBeGreaterThanOrEqual(3)
})

test('heartbeats keep a connection', async () => {
  const server = await serve((_, response) => {
    send(open(response), messageOf({ snapshot: true }))
    const beats = setInterval(() => send(response, messageOf()), 50)
    response.on('close', () => clearInterval(beats))
  })
  const { received } = subscribe(server.url, { heartbeat: 0.5 })
  await until(() => received.length >= 40)
  expect(server.requests).toHaveLength(1)
})

test('a refused credential is told to the operator, once, and not quoted', async () => {
  const warned = vi.spyOn(console, 'warn').mockImplementation(() => {})
  onTestFinished(() => warned.mockRestore())
  const server = await serve((_, response) => {
    response.writeHead(401).end()
  })
  subscribe(server.url)

  await until(() => server.requests.length >= 4)

  expect(warned).toHaveBeenCalledTimes(1)
  expect(String(warned.mock.calls[0])).toContain('feed.credential')
  expect(String(warned.mock.calls[0])).not.toContain(credential)
})

test.each([
  ['a refused credential', 401, 'application/problem+json'],
  ['a server that is not ready', 503, 'text/plain'],
  ['an address where there is nothing', 404, 'text/html'],
  ['a page', 200, 'text/html'],
  ['a redirect', 302, 'text/event-stream'],
])('%s is tried again, and named', async (_title, status, type) => {
  const server = await serve((_, response) => {
    response.writeHead(status, { 'content-type': type, location: '/elsewhere' }).end()
  })
  const { received, subscriber } = subscribe(server.url)
  await until(() => server.requests.length >= 4)
  expect(received).toEqual([])
  expect(subscriber.failure).toContain(`status ${status}`)
  expect(subscriber.failure).not.toContain(credential)
  expect(server.requests.every(({ url }) => url === '/')).toBe(true)
})

test.each([
  ['refuses', (response: ServerResponse) => void response.writeHead(401).end()],
  ['breaks off', (response: ServerResponse) => void response.destroy()],
  [
    'gives a message and ends',
    (response: ServerResponse) => {
      send(open(response), messageOf({ snapshot: true }))
      response.end()
    },
  ],
])('a server that %s is left alone for the pause', async (_title, answer) => {
  const server = await serve((_, response) => answer(response))
  // A pause of 15 s at least; a loop without one would be back many times in the next moments.
  const { subscriber } = subscribe(server.url, { firstPause: 30 })
  await until(() => subscriber.failure !== undefined)
  await new Promise((resolve) => setTimeout(resolve, 50))
  expect(server.requests).toHaveLength(1)
})

test.each([
  ['{"version":2}'],
  ['not JSON'],
  ['null'],
  ['{"version":1,"epoch":"one","watermark":1.5,"snapshot":true,"entries":[]}'],
])('a message %s ends the connection and is tried again', async (data) => {
  const server = await serve((_, response) => void open(response).write(`data: ${data}\n\n`))
  const { received, subscriber } = subscribe(server.url)
  await until(() => server.requests.length >= 3)
  expect(received).toEqual([])
  expect(subscriber.failure).toBeTypeOf('string')
})

test('a server that cannot be reached is named by its error code', async () => {
  const server = await serve(() => undefined)
  await new Promise((resolve) => server.server.close(resolve))
  const { subscriber } = subscribe(server.url)
  await until(() => subscriber.failure !== undefined)
  expect(subscriber.failure).toContain('(ECONNREFUSED)')
})

test('what is stopped lets go of its connection and does not come back', async () => {
  let open_ = 0
  const server = await serve((_, response) => {
    open_++
    response.on('close', () => open_--)
    send(open(response), messageOf({ snapshot: true }))
  })
  const { received, stop } = subscribe(server.url)
  await until(() => received.length === 1)
  stop()
  await until(() => open_ === 0)
  await new Promise((resolve) => setTimeout(resolve, 30))
  expect(server.requests).toHaveLength(1)
})
