import { request as httpRequest, type ServerResponse } from 'node:http'
import type { RevocationEntry, RevocationMessage } from '@sessionward/protocol'
import { describe, expect, onTestFinished, test } from 'vitest'
import { RevocationSubscriber, type SubscriberTiming } from '../../src/revocation/subscriber.js'
import { Warnings } from '../../src/warnings.js'
import { answerJson, serve, until } from '../http.js'
import { makeLogger, now } from '../issuer.js'

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
function subscribe(url: string, timing: Partial<SubscriberTiming> = {}) {
  const received: RevocationMessage[] = []
  const { logger, warnings } = makeLogger()
  const subscriber = new RevocationSubscriber({
    url,
    credential,
    fetch,
    warnings: new Warnings(logger),
    timing: { firstRetry: 0.001, pollInterval: 0.001, ...timing },
  })
  const stop = subscriber.subscribe((message) => received.push(message))
  onTestFinished(stop)
  return { received, failure: () => subscriber.figures().failure, via: () => subscriber.figures().via, warnings, stop }
}

const entry = (sid: string): RevocationEntry => ({ sid, reason: 'signed_out', expires: now + 300 })

test('the feed is requested with the credential, and every message is passed on', async () => {
  const server = await serve((_, response) => {
    open(response)
    send(response, messageOf({ snapshot: true, entries: [entry('a')] }))
    send(response, messageOf({ watermark: 2000, entries: [entry('b'), entry('a')] }))
  })
  const { received, failure } = subscribe(server.url)
  await until(() => received.length === 2)
  expect(received.flatMap(({ entries }) => entries)).toEqual([entry('a'), entry('b'), entry('a')])
  expect(server.requests[0]!.headers).toMatchObject({
    accept: 'text/event-stream',
    authorization: `Bearer ${credential}`,
  })
  expect(server.requests[0]!.headers['last-event-id']).toBeUndefined()
  expect(failure()).toBeUndefined()
})

test.each([
  ['over a stream', 'text/event-stream'],
  ['by polling', 'application/json'],
])('the end of 300,000 sessions at once arrives %s', async (_way, type) => {
  const entries = Array.from({ length: 300_000 }, (_, index) => entry(`session-${index}`.padEnd(22, '-')))
  const message = messageOf({ snapshot: true, entries })
  const server = await serve(({ headers }, response) => {
    if (headers.accept !== type) return void response.writeHead(429).end()
    if (headers.accept === 'application/json') return answerJson(response, message)
    send(open(response), message)
  })

  const { received } = subscribe(server.url)

  await until(() => received.length > 0)
  expect(received[0]!.entries).toHaveLength(300_000)
})

test('a lost connection is resumed where it was interrupted', async () => {
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

test('if the auth server accepts no further stream, the feed is polled', async () => {
  const server = await serve((request, response) => {
    if (request.headers.accept === 'text/event-stream')
      return void response.writeHead(429, { 'retry-after': '30' }).end()
    answerJson(response, messageOf({ snapshot: true, entries: [entry('a')] }))
  })

  const { received, failure, via, warnings } = subscribe(server.url)

  await until(() => received.length >= 3)
  expect([via(), failure()]).toEqual(['poll', undefined])
  expect(warnings).toEqual([expect.stringContaining('too many streams')])
})

test('a feed that ends regularly is resumed too', async () => {
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

test('another epoch without a snapshot is rejected, and the feed is requested again', async () => {
  const server = await serve((request, response) => {
    open(response)
    if (!request.headers['last-event-id']) send(response, messageOf({ snapshot: true }))
    send(response, messageOf({ epoch: 'two', entries: [entry('x')] }))
  })
  const { received, failure } = subscribe(server.url)
  await until(() => server.requests.length >= 3)
  expect(server.requests.map(({ headers }) => headers['last-event-id'])).not.toContain('two.1000')
  expect(server.requests[1]!.headers['last-event-id']).toBeUndefined()
  expect(received.every(({ epoch }) => epoch === 'one')).toBe(true)
  expect(failure() ?? 'epoch').toContain('epoch')
})

test('a feed that does not begin with a snapshot is rejected', async () => {
  const server = await serve((_, response) => send(open(response), messageOf({ entries: [entry('x')] })))
  const { received, failure } = subscribe(server.url)
  await until(() => server.requests.length >= 2)
  expect(received).toEqual([])
  expect(failure()).toContain('snapshot')
})

test('a silent connection is closed, although it is open', async () => {
  const server = await serve((request, response) => {
    open(response)
    send(response, messageOf({ snapshot: request.headers['last-event-id'] === undefined }))
    // Bytes alone are no sign of life: a proxy can send them for a server that is gone.
    const comments = setInterval(() => response.write(': still here\n\n'), 5)
    response.on('close', () => clearInterval(comments))
  })
  const { received } = subscribe(server.url, { heartbeat: 0.02, streamRetry: 0.001 })
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

test('a refused credential is logged once, and not quoted', async () => {
  const server = await serve((_, response) => {
    response.writeHead(401).end()
  })
  const { warnings } = subscribe(server.url)

  await until(() => server.requests.length >= 4)

  expect(warnings).toEqual([expect.stringContaining('feed.credential')])
  expect(warnings[0]).not.toContain(credential)
})

test('a feed that cannot be read is logged after the fourth failure in a row, and again after a recovery', async () => {
  let status = 404
  const server = await serve((_, response) => {
    if (status !== 200) return void response.writeHead(status).end()
    send(open(response), messageOf({ snapshot: true }))
    setImmediate(() => response.destroy())
  })
  const { received, warnings } = subscribe(`${server.url}/feed?secret=hidden`)
  await until(() => warnings.length === 1)
  expect(server.requests.length).toBeGreaterThanOrEqual(4)
  expect(warnings[0]).toContain(`${server.url}/feed cannot be read: the feed returned status 404`)
  expect(warnings[0]).not.toContain('hidden')

  status = 200
  await until(() => received.length > 0)
  status = 404
  await until(() => warnings.length === 2)
  expect(warnings[1]).toBe(warnings[0])
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
  const { received, failure } = subscribe(server.url)
  await until(() => server.requests.length >= 4)
  expect(received).toEqual([])
  expect(failure()).toContain(`status ${status}`)
  expect(failure()).not.toContain(credential)
  expect(server.requests.every(({ url }) => url === '/')).toBe(true)
})

test.each([
  ['refuses', (response: ServerResponse) => void response.writeHead(401).end()],
  ['interrupts the stream', (response: ServerResponse) => void response.destroy()],
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
  const { failure } = subscribe(server.url, { firstRetry: 30 })
  await until(() => failure() !== undefined)
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
  const { received, failure } = subscribe(server.url)
  await until(() => server.requests.length >= 3)
  expect(received).toEqual([])
  expect(failure()).toBeTypeOf('string')
})

test('a server that cannot be reached is named by its error code', async () => {
  const server = await serve(() => undefined)
  await new Promise((resolve) => server.server.close(resolve))
  const { failure } = subscribe(server.url)
  await until(() => failure() !== undefined)
  expect(failure()).toContain('(ECONNREFUSED)')
})

test('a stopped subscriber closes its connection and does not reconnect', async () => {
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

describe('behind a proxy that holds a stream back', () => {
  /** The auth server's feed: a stream of heartbeats, or one message for a poll. `since` is the cursor of each poll. */
  async function authServer(onBeat = () => {}) {
    const revoked: RevocationEntry[] = []
    const since: (string | null)[] = []
    const server = await serve((request, response) => {
      const { searchParams } = new URL(request.url!, 'http://localhost')
      const cursor = searchParams.get('since')
      const message = () => messageOf({ entries: revoked, watermark: 1000 + since.length })
      if (request.headers.accept === 'application/json') {
        since.push(cursor)
        return answerJson(response, { ...message(), snapshot: cursor === null })
      }
      open(response)
      send(response, { ...message(), snapshot: request.headers['last-event-id'] === undefined })
      const beats = setInterval(() => {
        send(response, message())
        onBeat()
      }, 5)
      response.on('close', () => clearInterval(beats))
    })
    return { server, revoked, since }
  }

  /** A proxy that answers at once and passes on as much of a stream as it is allowed to; whole answers pass. */
  async function bufferingProxy(target: string, mayPass: () => number, headersToo = false) {
    return serve((request, response) => {
      const upstream = httpRequest(new URL(request.url!, target), { headers: request.headers }, (answer) => {
        const isStream = answer.headers['content-type'] === 'text/event-stream'
        const begin = () =>
          response.headersSent || response.writeHead(answer.statusCode!, answer.headers).flushHeaders()
        if (!isStream) return void answer.pipe(response.writeHead(answer.statusCode!, answer.headers))
        if (!headersToo) begin()
        let passed = 0
        const held: Buffer[] = []
        answer.on('data', (chunk: Buffer) => {
          held.push(chunk)
          if (passed >= mayPass()) return
          passed++
          begin()
          response.write(Buffer.concat(held.splice(0)))
        })
      })
      upstream.on('error', () => response.destroy())
      response.on('close', () => upstream.destroy())
      upstream.end()
    })
  }

  const timing = { firstMessage: 0.05, heartbeat: 0.05, streamRetry: 0.001 }

  test.each([
    ['after the headers', false],
    ['headers included', true],
  ])('the feed is polled from its snapshot on, and the operator reads it once: %s', async (_title, headersToo) => {
    const { server, revoked, since } = await authServer()
    const proxy = await bufferingProxy(server.url, () => 0, headersToo)
    const { received, via, failure, warnings } = subscribe(proxy.url, timing)
    await until(() => received.length > 1)
    expect(received[0]).toMatchObject({ snapshot: true })
    expect(since.slice(0, 2)).toEqual([null, 'one.1001'])

    revoked.push(entry('a'))
    await until(() => received.some(({ entries }) => entries.length > 0))
    // While the stream has been tried again, in vain.
    await until(() => server.requests.filter(({ headers }) => headers.accept === 'text/event-stream').length > 2)
    expect(via()).toBe('poll')
    expect(failure()).toBeUndefined()
    expect(warnings).toEqual([expect.stringContaining('polls the feed')])
  })

  test('the stream takes over once it delivers', async () => {
    const { server, since } = await authServer()
    let mayPass = 0
    const proxy = await bufferingProxy(server.url, () => mayPass)
    const { received, via } = subscribe(proxy.url, { ...timing, heartbeat: 5 })
    await until(() => via() === 'poll' && received.length > 1)
    mayPass = Number.POSITIVE_INFINITY
    await until(() => via() === 'stream')
    const polls = since.length
    const messages = received.length
    await until(() => received.length > messages + 10)
    // One poll may have been on its way.
    expect(since.length - polls).toBeLessThanOrEqual(1)
  })

  test('a proxy that lets only the first message of each stream through does not end the polling', async () => {
    const seen = new Set<string>()
    const { server, since } = await authServer(() => seen.add(via()))
    const proxy = await bufferingProxy(server.url, () => 1)
    const { via } = subscribe(proxy.url, timing)
    await until(() => via() === 'poll')
    seen.clear()
    const streams = () => server.requests.filter(({ headers }) => headers.accept === 'text/event-stream').length
    const [before, polls] = [streams(), since.length]
    await until(() => streams() > before + 2 && since.length > polls + 2)
    expect([...seen]).toEqual(['poll'])
  })

  test('requests ask for no compression, and no poll follows a redirect', async () => {
    const server = await serve((request, response) => {
      if (request.headers.accept === 'application/json') response.writeHead(302, { location: '/elsewhere' }).end()
      else open(response).flushHeaders()
    })
    const { failure } = subscribe(server.url, timing)
    await until(() => failure()?.includes('poll') === true)
    expect(failure()).toContain('status 302')
    expect(server.requests.every(({ headers }) => headers['accept-encoding'] === 'identity')).toBe(true)
    expect(server.requests.map(({ url }) => url)).not.toContain('/elsewhere')
  })

  test('a stopped subscriber no longer polls', async () => {
    const { server, since } = await authServer()
    const proxy = await bufferingProxy(server.url, () => 0)
    const { received, stop } = subscribe(proxy.url, timing)
    await until(() => received.length > 1)
    stop()
    const [messages, polls] = [received.length, since.length]
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(received.length).toBe(messages)
    expect(since.length - polls).toBeLessThanOrEqual(1)
  })
})
