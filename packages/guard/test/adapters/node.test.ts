import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test, vi } from 'vitest'
import { protect } from '../../src/adapters/node.js'
import { serve } from '../http.js'
import { makeGuard, makeKey, signToken } from '../issuer.js'
import { earlier, routes, testAdapter } from './conformance.js'

const answer500 = (_error: unknown, _request: IncomingMessage, response: ServerResponse) =>
  void response.writeHead(500).end()

testAdapter('node:http', async (guard) => {
  const listeners = {
    '/orders': protect(
      guard,
      routes['/orders'],
      (_, response, { subject }) => response.end(JSON.stringify({ subject })),
      answer500,
    ),
    '/echo': protect(guard, routes['/echo'], (request, response) => request.pipe(response)),
    '/admin': protect(guard, routes['/admin'], (_, response) => response.end()),
    '/strict': protect(guard, routes['/strict'], (_, response) => response.end()),
    '/recent': protect(guard, routes['/recent'], (_, response) => response.end()),
    '/public': protect(guard, routes['/public'], (_, response, principal, authError) =>
      response.end(JSON.stringify({ subject: principal?.subject ?? null, reason: authError?.code ?? null })),
    ),
    '/elsewhere': protect(guard, routes['/elsewhere'], (_, response, { subject }) =>
      response.end(JSON.stringify({ subject })),
    ),
    '/broken': protect(
      guard,
      routes['/broken'],
      () => {
        throw new Error('broken')
      },
      answer500,
    ),
  }
  const server = createServer((request, response) => {
    for (const [name, value] of Object.entries(earlier)) response.setHeader(name, value)
    if (request.method === 'OPTIONS' && request.url?.startsWith('/cors')) return response.writeHead(204).end()
    return listeners[request.url!.split('?')[0] as keyof typeof listeners](request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const close = () => {
    server.closeAllConnections()
    server.close()
  }
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close }
})

test('an invalid option is rejected before the first request', () => {
  const guard = makeGuard({ keys: makeKey('ES256', 'key').jwk })
  expect(() => protect(guard, { scope: '"' }, () => undefined)).toThrow(/^scope: /)
  expect(() => protect(guard, {}, undefined as never)).toThrow(/^listener: must be a function/)
  expect(() => protect(guard, {}, () => undefined, null as never)).toThrow(/^onError: must be a function/)
})

test('without an error listener an error is printed and answered with 500, and an answer that had begun is interrupted', async () => {
  const printed = vi.spyOn(console, 'error').mockImplementation(() => undefined)
  onTestFinished(() => printed.mockRestore())
  const key = makeKey('ES256', 'key')
  const listener = protect(makeGuard({ keys: key.jwk }), {}, async (request, response) => {
    if (request.url === '/late') await new Promise((resolve) => response.write('begun', resolve))
    throw new Error('broken')
  })
  const { url } = await serve((request, response) => void listener(request, response))
  const headers = { authorization: `Bearer ${signToken(key)}` }
  expect(await fetch(url, { headers })).toMatchObject({ status: 500 })
  await expect(fetch(`${url}/late`, { headers }).then((response) => response.text())).rejects.toThrow()
  expect(printed.mock.calls).toEqual([[new Error('broken')], [new Error('broken')]])
})
