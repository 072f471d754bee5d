import type { RequestListener } from 'node:http'
import { expect, onTestFinished, test, vi } from 'vitest'
import { createFaults } from '../src/faults.js'
import { openHoldingProxy } from '../src/holding-proxy.js'
import { openOrigin } from '../src/origin.js'
import { isRefresh, ofSession } from '../src/request-match.js'

async function serve(listener: RequestListener): Promise<string> {
  const origin = await openOrigin()
  onTestFinished(origin.close)
  origin.serve(listener)
  return origin.url
}

/** A server that counts what it has processed, behind faults. */
async function serveBehindFaults(now?: () => number) {
  const faults = createFaults(now)
  const processed: string[] = []
  const url = await serve(
    faults.wrap((request, response) => {
      processed.push(request.url!)
      response.end('answer')
    }),
  )
  const get = async (path: string, init?: RequestInit) => (await fetch(url + path, init)).text()
  return { faults, processed, get }
}

test('a lost answer has been processed by the server, and the next request is answered', async () => {
  const { faults, processed, get } = await serveBehindFaults()
  const lost = faults.loseNextAnswer(({ url }) => url === '/this')

  expect(await get('/other')).toBe('answer')
  await expect(get('/this')).rejects.toThrow()
  await lost

  expect(await get('/this')).toBe('answer')
  expect(processed).toEqual(['/other', '/this', '/this'])
})

test('a server that is taken down for a time reaches no handler, and is back when the time is over', async () => {
  const clock = { now: 0 }
  const { faults, processed, get } = await serveBehindFaults(() => clock.now)
  faults.takeDown(({ url }) => url === '/this', 10)

  await expect(get('/this')).rejects.toThrow()
  expect(await get('/other')).toBe('answer')
  clock.now = 10_000

  expect(await get('/this')).toBe('answer')
  expect(processed).toEqual(['/other', '/this'])
})

test('an outage breaks the connections that are open, and lasts until it is ended', async () => {
  const faults = createFaults()
  let answers = 0
  const url = await serve(
    faults.wrap((_, response) => {
      response.writeHead(200).flushHeaders()
      if (answers++ > 0) response.end('back')
    }),
  )
  const stream = await fetch(url)

  const restore = faults.takeDown()

  await expect(stream.text()).rejects.toThrow()
  await expect(fetch(url)).rejects.toThrow()
  restore()
  expect(await (await fetch(url)).text()).toBe('back')
})

test('a fault can concern one session: by its header, or else by its refresh cookie', async () => {
  const sid = '0123456789abcdef'
  const match = ofSession(sid)
  const request = (headers: object) => ({ headers }) as Parameters<typeof match>[0]

  expect(match(request({ 'sessionward-session': sid }))).toBe(true)
  expect(match(request({ cookie: 'example.01234567=token' }))).toBe(true)
  expect(match(request({ 'sessionward-session': 'another', cookie: 'example.01234567=token' }))).toBe(false)
  expect(match(request({}))).toBe(false)
  expect(isRefresh({ method: 'POST', url: '/auth/refresh' } as Parameters<typeof match>[0])).toBe(true)
  expect(isRefresh({ method: 'POST', url: '/auth/login' } as Parameters<typeof match>[0])).toBe(false)
})

test('a proxy that holds bytes back passes the headers at once, and the body when it is released', async () => {
  const url = await serve((_, response) => response.end('body'))
  const proxy = await openHoldingProxy(url)
  onTestFinished(proxy.close)
  proxy.hold()
  const arrived = vi.fn<(body: string) => void>()

  const response = await fetch(proxy.url)
  const reading = response.text().then(arrived)
  await fetch(url)

  expect(response.status).toBe(200)
  expect(arrived).not.toHaveBeenCalled()
  proxy.release()
  await reading
  expect(arrived).toHaveBeenCalledWith('body')
  expect(await (await fetch(proxy.url)).text()).toBe('body')
})

test('an origin answers 503 until its server is there', async () => {
  const origin = await openOrigin()
  onTestFinished(origin.close)

  expect((await fetch(origin.url)).status).toBe(503)
  origin.serve((_, response) => response.end('there'))
  expect(await (await fetch(origin.url)).text()).toBe('there')
})
