import { createHmac } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { fromIntrospection, type Introspection } from '../src/introspection.js'
import { fromRedisSession } from '../src/redis-session.js'

const request = { headers: new Headers() }
const refreshToken = { active: true, client_id: 'web', sub: 'u7', iat: 1_772_000_000, token_use: 'refresh_token' }
const isRefreshToken = ({ token_use }: Introspection) => token_use === 'refresh_token'

test('the cookie of express-session says whose it is, by its key in Redis', async () => {
  const signedInAt = '2026-03-01T10:00:00.000Z'
  const kept = { 'sess:abc': JSON.stringify({ user: { id: 7 }, signedInAt }) }
  const identify = fromRedisSession(redisWith(kept), 'secret')

  expect(await identify(signedCookie('abc', 'secret'), request)).toEqual({
    id: 'abc',
    subject: '7',
    issuedAt: new Date(signedInAt),
  })
})

test.each([
  ['another secret', signedCookie('abc', 'guessed')],
  ['no session in Redis', signedCookie('gone', 'secret')],
  ['a session of nobody', signedCookie('anonymous', 'secret')],
  ['no signature', 's:abc'],
  ['something else', 'abc'],
])('the cookie of express-session with %s is nobody’s', async (_, cookie) => {
  const kept = { 'sess:abc': JSON.stringify({ user: { id: 7 }, signedInAt: 0 }), 'sess:anonymous': '{}' }

  expect(await fromRedisSession(redisWith(kept), 'secret')(cookie, request)).toBeNull()
})

test('a refresh token of another auth server is introspected, and what is not active is nobody’s', async () => {
  const { url, seen } = await endpoint({ good: refreshToken })
  const identify = fromIntrospection(url, 'web', 'secret', isRefreshToken)

  const [good, dead] = [await identify('good', request), await identify('dead', request)]

  expect([good, dead]).toEqual([{ subject: 'u7', issuedAt: 1_772_000_000_000 }, null])
  expect(seen[0]).toBe(`Basic ${Buffer.from('web:secret').toString('base64')}`)
})

test.each([
  ['an access token', { token_use: 'access_token' }],
  ['a token of another application', { client_id: 'game' }],
  ['a token of no application', { client_id: undefined }],
])('%s of another auth server is nobody’s, although it is active', async (_, more) => {
  const { url } = await endpoint({ token: { ...refreshToken, ...more } })

  expect(await fromIntrospection(url, 'web', 'secret', isRefreshToken)('token', request)).toBeNull()
})

test('another auth server that is unavailable is an error, and not a token that is not accepted', async () => {
  const { url } = await endpoint({})

  await expect(fromIntrospection(url, 'web', 'secret', isRefreshToken)('unavailable', request)).rejects.toThrow(
    'answered 503',
  )
})

function signedCookie(id: string, secret: string): string {
  return `s:${id}.${createHmac('sha256', secret).update(id).digest('base64').replace(/=+$/, '')}`
}

function redisWith(kept: Readonly<Record<string, string>>) {
  return { get: async (key: string) => kept[key] ?? null }
}

async function endpoint(tokens: Readonly<Record<string, object>>) {
  const seen: (string | undefined)[] = []
  const server = createServer(async (incoming, response) => {
    seen.push(incoming.headers.authorization)
    let body = ''
    for await (const part of incoming) body += part
    const token = new URLSearchParams(body).get('token') ?? ''
    response.statusCode = token === 'unavailable' ? 503 : 200
    response.end(JSON.stringify(tokens[token] ?? { active: false }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen }
}
