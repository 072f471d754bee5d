import type { ServerResponse } from 'node:http'
import { describe, expect, test } from 'vitest'
import { fetchJwks } from '../../src/keys/fetch-jwks.js'
import { answerJson, serve } from '../http.js'
import { makeGuard, makeKey, makeLogger, now, signToken, verdictOn } from '../issuer.js'

const key = makeKey('ES256', 'key')
const jwks = { keys: [key.jwk] }

function remoteGuard(url: string, time = () => now * 1000) {
  return makeGuard({ issuer: url, now: time })
}

function tokenOf(issuer: string, header: Record<string, unknown> = {}): string {
  return signToken(key, { iss: issuer }, header)
}

test('keys are found from the issuer alone, also where it has a path', async () => {
  const server = await serve((_, response) => answerJson(response, jwks))
  expect(await verdictOn(remoteGuard(server.url), tokenOf(server.url))).toBe('passed')
  const tenant = `${server.url}/tenant`
  expect(await verdictOn(remoteGuard(tenant), tokenOf(tenant))).toBe('passed')
  expect(server.requests.map(({ url }) => url)).toEqual(['/.well-known/jwks.json', '/tenant/.well-known/jwks.json'])
})

test('a hundred first requests share one fetch', async () => {
  const server = await serve((_, response) => answerJson(response, jwks))
  const guard = remoteGuard(server.url)
  const token = tokenOf(server.url)
  const verdicts = await Promise.all(Array.from({ length: 100 }, () => verdictOn(guard, token)))
  expect(new Set(verdicts)).toEqual(new Set(['passed']))
  expect(server.requests).toHaveLength(1)
})

test('a thousand unknown kids fetch at most once in a cool-down', async () => {
  const server = await serve((_, response) => answerJson(response, jwks))
  let seconds = now
  const guard = remoteGuard(server.url, () => seconds * 1000)
  await guard.verify(tokenOf(server.url))
  const flood = (round: number) =>
    Promise.all(
      Array.from({ length: 1000 }, (_, index) => verdictOn(guard, tokenOf(server.url, { kid: `${round}-${index}` }))),
    )

  // Within the first cool-down: none at all.
  expect(new Set(await flood(1))).toEqual(new Set(['access_token_invalid']))
  expect(server.requests).toHaveLength(1)
  // After it: one for all of them, and none for those that come again at once.
  seconds += 31
  expect(new Set(await flood(2))).toEqual(new Set(['access_token_invalid']))
  await flood(2)
  expect(server.requests).toHaveLength(2)
  expect(await verdictOn(guard, tokenOf(server.url))).toBe('passed')
})

test('a new key is found within the cool-down, although a cache first answered the old set', async () => {
  const next = makeKey('ES256', 'next')
  let published = [key.jwk]
  const cache = await serve((_, response) => {
    response.setHeader('cache-control', 'public, max-age=86400')
    answerJson(response, { keys: published })
  })
  let seconds = now
  const guard = remoteGuard(cache.url, () => seconds * 1000)
  const token = signToken(next, { iss: cache.url, exp: now + 290 })
  const ask = () => Promise.all(Array.from({ length: 50 }, () => verdictOn(guard, token)))
  await guard.verify(tokenOf(cache.url))

  seconds += 30
  expect(new Set(await ask())).toEqual(new Set(['access_token_invalid']))
  published = [key.jwk, next.jwk]
  seconds += 29
  expect(new Set(await ask())).toEqual(new Set(['access_token_invalid']))
  expect(cache.requests).toHaveLength(2)

  seconds += 1
  expect(new Set(await ask())).toEqual(new Set(['passed']))
  expect(cache.requests).toHaveLength(3)
  expect(cache.requests.every(({ headers }) => headers['cache-control'] === 'no-cache')).toBe(true)
})

test('keys that cannot be read are in the figures, in the cause, and once in the log until the reason changes', async () => {
  let status = 404
  const server = await serve((_, response) =>
    status === 200 ? answerJson(response, jwks) : response.writeHead(status).end(),
  )
  const { logger, warnings } = makeLogger()
  let seconds = now
  const jwksUri = `${server.url}/jwks.json?secret=hidden`
  const guard = makeGuard({ issuer: server.url, jwksUri, logger, now: () => seconds * 1000 })
  const later = async () => {
    seconds += 31
    return guard.verify(signToken(key, { iss: server.url, iat: seconds, exp: seconds + 60 })).catch((error) => error)
  }

  expect(await later()).toMatchObject({
    code: 'service_unavailable',
    cause: { message: expect.stringContaining('404') },
  })
  await later()
  expect(guard.figures().keys).toEqual({ count: 0, ageSeconds: null, failure: expect.stringContaining('404') })
  expect(warnings).toEqual([
    expect.stringContaining(`${server.url}/jwks.json cannot be read: the key set was returned with status 404`),
  ])
  expect(warnings[0]).not.toContain('hidden')

  status = 500
  await later()
  expect(warnings[1]).toContain('500')

  status = 200
  await later()
  seconds += 7
  expect(guard.figures().keys).toEqual({ count: 1, ageSeconds: 7 })
  expect(warnings).toHaveLength(2)
})

test('a certificate that is not trusted is named by its error code', async () => {
  const cause = Object.assign(new Error('self-signed certificate'), { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' })
  const { logger, warnings } = makeLogger()
  const guard = makeGuard({ fetch: () => Promise.reject(new TypeError('fetch failed', { cause })), logger })
  expect(await verdictOn(guard, signToken(key))).toBe('service_unavailable')
  expect(warnings).toEqual([expect.stringContaining('fetch failed (DEPTH_ZERO_SELF_SIGNED_CERT)')])
})

describe('a key set is not taken', () => {
  const huge = { keys: [key.jwk], filler: 'x'.repeat(200_000) }
  test.each<[string, (response: ServerResponse) => void]>([
    ['after a redirect', (response) => response.writeHead(302, { location: '/elsewhere' }).end()],
    ['from an error', (response) => response.writeHead(500).end(JSON.stringify(jwks))],
    ['from an empty answer', (response) => response.writeHead(204).end()],
    ['that is larger than 128 kB', (response) => answerJson(response, huge)],
    [
      'that never ends',
      (response) => {
        const more = () => response.destroyed || response.write('x'.repeat(16_384), () => setImmediate(more))
        more()
      },
    ],
    [
      'that is interrupted',
      (response) => response.writeHead(200, { 'content-length': 1000 }).write('{"keys":[', () => response.destroy()),
    ],
    ['that is a page', (response) => response.end('<!doctype html><title>Sign in</title>')],
    ['with a repeated name', (response) => response.end(`{"keys":[],"keys":[${JSON.stringify(key.jwk)}]}`)],
    ['with a key in it twice', (response) => answerJson(response, { keys: [key.jwk, key.jwk] })],
    ['with a private key', (response) => answerJson(response, { keys: [key.privateKey.export({ format: 'jwk' })] })],
  ])('%s', async (_title, answer) => {
    const server = await serve((request, response) => {
      if (request.url === '/elsewhere') return answerJson(response, jwks)
      answer(response)
    })
    const guard = remoteGuard(server.url)
    expect(await verdictOn(guard, tokenOf(server.url))).toBe('service_unavailable')
    expect(server.requests.map(({ url }) => url)).toEqual(['/.well-known/jwks.json'])
  })
})

test('an answer that does not end is aborted', async () => {
  const server = await serve((_, response) => void response.write('{'))
  await expect(fetchJwks(`${server.url}/jwks.json`, fetch, 50)).rejects.toThrow('timeout')
})

test('ready() waits for an auth server that starts later', async () => {
  let up = false
  const server = await serve((_, response) => (up ? answerJson(response, jwks) : response.writeHead(503).end()))
  const guard = makeGuard({ issuer: server.url, now: Date.now })
  let ready = false
  const waiting = guard.ready().then(() => (ready = true))
  await expect(guard.verify(tokenOf(server.url))).rejects.toThrow('signing keys')
  expect(ready).toBe(false)
  up = true
  await waiting
})

test('ready() ends when the guard is closed', async () => {
  const server = await serve((_, response) => response.writeHead(503).end())
  const guard = makeGuard({ issuer: server.url, now: Date.now })
  const waiting = guard.ready()
  guard.close()
  await expect(waiting).rejects.toThrow('closed')
})
