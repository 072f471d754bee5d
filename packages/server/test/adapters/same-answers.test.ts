import { createServer, request as httpRequest, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { envelope } from '@sessionward/protocol'
import express from 'express'
import { describe, expect, it, onTestFinished } from 'vitest'
import { mount } from '../../src/adapters/express.js'
import { requestListener } from '../../src/adapters/node.js'
import { writeAnswer } from '../../src/adapters/node-answer.js'
import type { AuthServer } from '../../src/auth-server.js'
import type { AuthServerOptions } from '../../src/options.js'
import { passwordOf } from '../harness/people.js'
import { guardCredential } from '../harness/secrets.js'
import { listenToConsole, serve } from './conformance.js'

const origin = 'https://app.example.com'
const json = { 'Content-Type': 'application/json' }
const ann = JSON.stringify({ username: 'ann', password: passwordOf('ann'), transport: 'body' })
const browser = {
  'User-Agent': 'Mozilla/5.0 (X11; Linux x86_64)',
  Accept: '*/*',
  'Accept-Language': 'en-US,en;q=0.9',
  'Sec-Fetch-Site': 'cross-site',
  Origin: origin,
}

interface Sent {
  readonly method?: string
  readonly target: string
  readonly headers?: Readonly<Record<string, string | readonly string[]>>
  /** `chunked`: without a declared length. */
  readonly body?: string | Uint8Array | { readonly chunked: string }
}

interface Received {
  readonly status: number
  readonly headers: readonly (readonly [string, string])[]
  readonly body: string
}

/** Headers that the connection adds, not an endpoint. */
const connectionHeaders: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'date',
  'keep-alive',
  'transfer-encoding',
])

function receivedOf(status: number, headers: Iterable<readonly [string, string]>, body: string): Received {
  const lowerCase = [...headers].map(([name, value]) => [name.toLowerCase(), value] as const)
  return {
    status,
    headers: lowerCase
      .filter(([name]) => !connectionHeaders.has(name))
      .map(([name, value]) => [name, withoutTokens(value)] as const)
      .sort((one, other) => one.join().localeCompare(other.join())),
    body: withoutTokens(body),
  }
}

/** Replaces tokens and times, which differ between answers. */
function withoutTokens(text: string): string {
  return text
    .replace(/[\w-]+\.[\w-]{40,}\.[\w-]{80,}/g, '<access token>')
    .replace(/[\w-]{104}/g, '<refresh token>')
    .replace(/"(id|created_at|expires_at|watermark|epoch)":("[^"]*"|\d+)/g, '"$1":…')
    .replace(/(max-age=|refresh_expires_in":)\d+/gi, '$1…')
    .replace(/(sessionward\.default\.)[\w-]{8}/g, '$1…')
}

function overNode(url: string, { method = 'GET', target, headers = {}, body }: Sent): Promise<Received> {
  const bytes = typeof body === 'string' || body instanceof Uint8Array ? body : body?.chunked
  const isDeclared = bytes !== undefined && bytes === body
  return new Promise((resolve, reject) => {
    const lines = { ...headers, ...(isDeclared && { 'Content-Length': String(Buffer.byteLength(bytes)) }) }
    const sent = httpRequest(url, { method, path: target, headers: lines as never }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk) => chunks.push(chunk))
      response.on('end', () => {
        const { rawHeaders } = response
        const pairs = rawHeaders.flatMap((name, at) => (at % 2 === 0 ? [[name, rawHeaders[at + 1]!] as const] : []))
        resolve(receivedOf(response.statusCode!, pairs, Buffer.concat(chunks).toString()))
      })
    })
    sent.on('error', reject)
    if (bytes !== undefined) sent.write(bytes)
    sent.end()
  })
}

async function overFetch(auth: AuthServer, url: string, { method = 'GET', target, headers = {}, body }: Sent) {
  const all = new Headers()
  for (const [name, value] of Object.entries(headers)) for (const one of [value].flat()) all.append(name, one)
  if (typeof body === 'string' || body instanceof Uint8Array) all.set('Content-Length', String(Buffer.byteLength(body)))
  const bytes = typeof body === 'object' && 'chunked' in body ? body.chunked : body
  const request = new Request(new URL(target, url), {
    method,
    headers: all,
    ...(bytes !== undefined && { body: bytes as BodyInit }),
  })
  const response = await auth.fetch(request, { address: '127.0.0.1', target })
  return receivedOf(response.status, response.headers, await response.text())
}

/** Sends the same request by `auth.fetch` and over a socket. */
async function served(build: (auth: AuthServer) => RequestListener, options: Partial<AuthServerOptions>) {
  listenToConsole()
  const { url, auth } = await serve(build, { origins: [origin], ...options })
  return { auth, send: async (sent: Sent) => [await overFetch(auth, url, sent), await overNode(url, sent)] as const }
}

const post = (target: string, body: Sent['body'], headers: Sent['headers'] = {}): Sent => ({
  method: 'POST',
  target,
  headers: { ...json, ...headers },
  ...(body !== undefined && { body }),
})

describe.each([
  ['node:http', (auth: AuthServer) => requestListener(auth)],
  ['Express', (auth: AuthServer) => express().disable('x-powered-by').use(mount(auth))],
])('%s answers as auth.fetch does', (_, build) => {
  it.each<[string, Sent]>([
    ['a sign-in', post('/auth/login', ann)],
    ['a sign-in of a page', post('/auth/login', ann.replace('body', 'cookie'), browser)],
    ['a wrong password', post('/auth/login', ann.replace(passwordOf('ann'), 'wrong'))],
    ['a page without a session', post('/auth/refresh', '{}', browser)],
    ['a refresh without a body', { method: 'POST', target: '/auth/refresh' }],
    ['a refresh with an empty body', post('/auth/refresh', '')],
    ['an invalid token', post('/auth/refresh', '{"refresh_token":"none"}')],
    ['a token of another server', post('/auth/refresh', `{"refresh_token":"AQ${'A'.repeat(102)}"}`)],
    ['a chunked body', post('/auth/refresh', { chunked: '{"refresh_token":"none"}' })],
    ['a body of another type', post('/auth/refresh', '{}', { 'Content-Type': 'text/plain' })],
    ['a body that is not JSON', post('/auth/refresh', '{"refresh_token"')],
    ['a body that is not UTF-8', post('/auth/refresh', new Uint8Array([0x22, 0xff, 0x22]))],
    ['a duplicate member', post('/auth/refresh', '{"rotate":true,"rotate":true}')],
    ['a body that is too large', post('/auth/refresh', `"${'x'.repeat(70_000)}"`)],
    ['an origin that is not listed', post('/auth/login', '{}', { Origin: 'https://evil.example' })],
    ['wrong client authentication', post('/auth/refresh', '{}', { Authorization: 'Basic YTpi' })],
    ['two Authorization headers', post('/auth/refresh', '{}', { Authorization: ['Basic YTpi', 'Bearer x'] })],
    ['two Cookie headers', post('/auth/refresh', '{}', { ...browser, Cookie: ['a=b', 'c=d'] })],
    [
      'the preflight of a listed page',
      {
        method: 'OPTIONS',
        target: '/auth/refresh',
        headers: { Origin: origin, 'Access-Control-Request-Headers': 'content-type,traceparent' },
      },
    ],
    [
      'the preflight of another page',
      { method: 'OPTIONS', target: '/auth/refresh', headers: { Origin: 'https://evil.example' } },
    ],
    ['the keys', { target: '/.well-known/jwks.json', headers: { Origin: origin } }],
    ['HEAD of the keys', { method: 'HEAD', target: '/.well-known/jwks.json' }],
    ['the metadata', { target: '/.well-known/oauth-authorization-server' }],
    ['the feed', { target: '/auth/revocations?since=0', headers: { Authorization: `Bearer ${guardCredential}` } }],
    ['the feed without a credential', { target: '/auth/revocations' }],
    [
      'HEAD of the feed',
      {
        method: 'HEAD',
        target: '/auth/revocations',
        headers: { Authorization: `Bearer ${guardCredential}`, Accept: 'text/event-stream' },
      },
    ],
    ['a page without an access token', { target: '/auth/me?from=menu' }],
    ['an invalid access token', { target: '/auth/me', headers: { Authorization: 'Bearer x' } }],
    ['an unknown session', { method: 'DELETE', target: '/auth/sessions/none' }],
    ['an unknown path', { target: '/auth/none' }],
    ['HEAD of an unknown path', { method: 'HEAD', target: '/auth/none' }],
    ['a wrong method', { target: '/auth/login' }],
    ['an unknown method', { method: 'PATCH', target: '/auth/login' }],
    ['a path with a dot segment', { target: '/auth/./me' }],
    ['an encoded path', { target: '/auth/%6de' }],
    ['a path with a trailing slash', { target: '/auth/me/' }],
    ['a sign-out without a token', post('/auth/logout', '', browser)],
  ])('%s', async (_, sent) => {
    const { send } = await served(build, {})
    const { send: sendInEnvelope } = await served(build, {
      envelope: envelope({ ok: 10200, codes: { refresh: 10415, terminal: 10422, default: 10500 }, status: 200 }),
    })

    const [expected, received] = await send(sent)
    const [enveloped, receivedInEnvelope] = await sendInEnvelope(sent)

    expect(received).toEqual(expected)
    expect(receivedInEnvelope).toEqual(enveloped)
  })

  it('a refresh by body or cookie, and a sign-out of several sessions', async () => {
    const { auth, send } = await served(build, {})
    const { refreshToken } = await auth.sessions.start({ subject: 'ann', transport: 'body' })
    const [one, other] = [await auth.sessions.start({ subject: 'ann' }), await auth.sessions.start({ subject: 'ann' })]
    const jar = [...one.setCookies, ...other.setCookies].map((line) => line.split(';')[0]).join('; ')

    const refreshed = await send(post('/auth/refresh', JSON.stringify({ refresh_token: refreshToken })))
    const ofPage = await send(post('/auth/refresh', '{}', { ...browser, Cookie: jar }))
    const [, signedOut] = await send(post('/auth/logout', '', { ...browser, Cookie: jar }))

    for (const [expected, received] of [refreshed, ofPage]) {
      expect(received).toEqual(expected)
      expect(received.status).toBe(200)
    }
    expect(ofPage[1].headers.filter(([name]) => name === 'set-cookie')).toHaveLength(2)
    expect(signedOut.status).toBe(204)
  })
})

it('cancels a stream whose reader disconnects', async () => {
  let cancel = () => {}
  const cancelled = new Promise<void>((resolve) => {
    cancel = resolve
  })
  const body = new ReadableStream({
    pull: (controller) => controller.enqueue(new Uint8Array(1000)),
    cancel: () => cancel(),
  })
  const server = createServer((_, outgoing) => {
    writeAnswer(outgoing, { status: 200, headers: {}, setCookies: [], body })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  const stop = new AbortController()
  const { port } = server.address() as AddressInfo
  const response = await fetch(`http://127.0.0.1:${port}`, { signal: stop.signal })
  await response.body!.getReader().read()

  stop.abort()

  await cancelled
})
