import type { ServerResponse } from 'node:http'
import type { RevocationEntry, RevocationMessage } from '@sessionward/protocol'
import { expect, onTestFinished, test } from 'vitest'
import type { GuardOptions } from '../../src/config.js'
import type { RevocationSource } from '../../src/revocation/source.js'
import { RevocationSubscriber } from '../../src/revocation/subscriber.js'
import type { Staleness } from '../../src/route.js'
import { Warnings } from '../../src/warnings.js'
import { serve, until } from '../http.js'
import { goodClaims, makeGuard, makeKey, makeLogger, now, signToken, verdictOn } from '../issuer.js'

const key = makeKey('ES256', 'key')
const keys = key.jwk
const token = signToken(key)
const { sid, sub } = goodClaims
const expires = now + 300

const deny: Staleness = { after: 30, then: 'deny' }
const allow: Staleness = { ...deny, ...Object.fromEntries([['then', 'allow']]) }

/** The auth server in the same process. */
function source(): RevocationSource & { send(given: Partial<RevocationMessage>): void; readonly subscribers: number } {
  const receivers = new Set<(message: RevocationMessage) => void>()
  const messageOf = (given: Partial<RevocationMessage>): RevocationMessage => ({
    version: 1,
    epoch: 'one',
    watermark: 1,
    snapshot: false,
    entries: [],
    ...given,
  })
  return {
    subscribe(receive) {
      receivers.add(receive)
      return () => void receivers.delete(receive)
    },
    send(given) {
      for (const receive of receivers) receive(messageOf(given))
    },
    get subscribers() {
      return receivers.size
    },
  }
}

function guardOn(feed: RevocationSource, options: Partial<GuardOptions> = {}) {
  let seconds = now
  const guard = makeGuard({ keys, feed, now: () => seconds * 1000, ...options })
  return { guard, pass: (passed: number) => (seconds += passed) }
}

test('an unknown reason refuses the session, with an error that has a title', async () => {
  const feed = source()
  const { guard } = guardOn(feed)
  feed.send({ snapshot: true })
  feed.send({
    entries: [
      { sid, expires },
      { sid: 'other', reason: 'nonsense', expires },
    ] as never,
  })
  const error = await guard.verify(token).catch((reason) => reason)
  expect(error).toMatchObject({ name: 'GuardError', code: 'session_revoked', status: 401 })
})

test('a revoked session is refused with its reason, although its token was remembered', async () => {
  const feed = source()
  const { guard } = guardOn(feed)
  feed.send({ snapshot: true })
  await guard.verify(token)
  feed.send({ entries: [{ sid, reason: 'refresh_token_reused', expires }] })
  const error = await guard.verify(token).catch((reason) => reason)
  expect(error).toMatchObject({
    code: 'refresh_token_reused',
    status: 401,
    verdict: 'terminal',
    challenge: 'Bearer error="invalid_token", code="refresh_token_reused"',
  })
  expect(guard.figures()).toMatchObject({ verified: 1, cached: 0, refused: { refresh_token_reused: 1 } })
})

test('a changed profile refuses the token until it is refreshed', async () => {
  const feed = source()
  const { guard } = guardOn(feed)
  feed.send({ snapshot: true, entries: [{ sub, pv: 2, expires }] })
  await expect(guard.verify(signToken(key, { pv: 1 }))).rejects.toMatchObject({
    code: 'claims_changed',
    verdict: 'refresh',
  })
  expect(await verdictOn(guard, signToken(key, { pv: 2 }))).toBe('passed')
})

test('the list is checked after the signature: a forged token does not reveal revocations', async () => {
  const feed = source()
  const { guard } = guardOn(feed)
  feed.send({ snapshot: true, entries: [{ sid, reason: 'signed_out', expires }] })
  expect(await verdictOn(guard, signToken(makeKey('ES256', 'key')))).toBe('access_token_invalid')
  expect(await verdictOn(guard, signToken(key, { iat: now - 400, exp: now - 100 }))).toBe('access_token_expired')
  expect(await verdictOn(guard, token)).toBe('signed_out')
})

test('a revoked session is named before a missing scope', async () => {
  const feed = source()
  const { guard } = guardOn(feed)
  feed.send({ snapshot: true, entries: [{ sid, reason: 'signed_out', expires }] })
  await expect(guard.verify(token, { scope: 'admin' })).rejects.toMatchObject({ code: 'signed_out' })
})

test('with a silent feed verified tokens pass, unless a route says otherwise', async () => {
  const feed = source()
  const { guard, pass } = guardOn(feed)
  feed.send({ snapshot: true, entries: [{ sid: 'another', reason: 'signed_out', expires }] })
  pass(30)
  await guard.verify(token, { staleness: deny })
  pass(1)
  await guard.verify(token)
  await expect(guard.verify(token, { staleness: deny })).rejects.toMatchObject({
    code: 'service_unavailable',
    status: 503,
    verdict: 'retry',
    challenge: undefined,
  })
  expect(guard.figures().feed).toEqual({ connected: false, ageSeconds: 31, entries: 1 })
  feed.send({ watermark: 31_001 })
  await guard.verify(token, { staleness: deny })
  expect(guard.figures().feed).toEqual({ connected: true, ageSeconds: 0, entries: 1 })
})

test('a feed that somebody delays becomes stale, and no expired token passes', async () => {
  const feed = source()
  const { guard, pass } = guardOn(feed)
  feed.send({ snapshot: true, watermark: now * 1000 })
  const expired = signToken(key, { iat: now + 5, exp: now + 305 })
  for (let sent = 5; sent <= 295; sent += 5) {
    pass(10)
    feed.send({ watermark: (now + sent) * 1000 })
  }
  const fresh = signToken(key, { iat: now + 590, exp: now + 890 })
  expect(await verdictOn(guard, expired)).toBe('access_token_expired')
  expect(await verdictOn(guard, fresh)).toBe('passed')
  await expect(guard.verify(fresh, { staleness: deny })).rejects.toMatchObject({ code: 'service_unavailable' })
  expect(guard.figures()).toMatchObject({ clockOffsetSeconds: 0, feed: { connected: false, ageSeconds: 295 } })
})

test('a route can allow what its guard denies', async () => {
  const feed = source()
  const { guard } = guardOn(feed, { staleness: deny })
  expect(await verdictOn(guard, token)).toBe('service_unavailable')
  await guard.verify(token, { staleness: allow })
  feed.send({ snapshot: true })
  expect(await verdictOn(guard, token)).toBe('passed')
})

test('a stale feed still refuses what it knows', async () => {
  const feed = source()
  const { guard, pass } = guardOn(feed, { staleness: deny })
  feed.send({ snapshot: true, entries: [{ sid, reason: 'signed_out', expires }] })
  pass(60)
  expect(await verdictOn(guard, token)).toBe('signed_out')
})

test('ready() waits for the first snapshot', async () => {
  const feed = source()
  const { guard } = guardOn(feed)
  let ready = false
  const waiting = guard.ready().then(() => (ready = true))
  feed.send({})
  await new Promise((resolve) => setImmediate(resolve))
  expect(ready).toBe(false)
  feed.send({ snapshot: true })
  await waiting
})

test('a closed guard closes its source and is never ready', async () => {
  const feed = source()
  const { guard } = guardOn(feed)
  const waiting = guard.ready()
  guard.close()
  await expect(waiting).rejects.toThrow('closed')
  await expect(guard.ready()).rejects.toThrow('closed')
  expect(feed.subscribers).toBe(0)
})

function write(response: ServerResponse, given: Partial<RevocationMessage>): void {
  const message = { version: 1, epoch: 'one', watermark: 1, snapshot: false, entries: [], ...given }
  response.write(`id: one.1\ndata: ${JSON.stringify(message)}\n\n`)
}

test('over HTTP a guard with only the issuer and a credential receives revocations', async () => {
  const streams = new Set<ServerResponse>()
  const revoked: RevocationEntry[] = []
  const server = await serve((request, response) => {
    if (request.url === '/.well-known/jwks.json') return void response.end(JSON.stringify({ keys: [key.jwk] }))
    if (request.headers.authorization !== 'Bearer the-credential') return void response.writeHead(401).end()
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    write(response, { snapshot: true, entries: revoked })
    streams.add(response)
  })
  const guard = makeGuard({ issuer: server.url, feed: { credential: 'the-credential' }, staleness: deny })
  onTestFinished(() => guard.close())
  await guard.ready()
  const own = signToken(key, { iss: server.url })
  await guard.verify(own)
  expect(server.requests.map(({ url }) => url)).toContain('/auth/revocations')

  revoked.push({ sid, reason: 'signed_out', expires })
  for (const response of streams) write(response, { entries: revoked })
  await until(async () => (await verdictOn(guard, own)) === 'signed_out')

  guard.close()
  await until(() => [...streams].every((response) => response.destroyed || response.closed))
})

test('a stream whose messages are late is opened again', async () => {
  const server = await serve((_, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    write(response, { snapshot: true, watermark: now * 1000 })
    if (server.requests.length === 1) write(response, { watermark: (now - 16) * 1000 })
  })
  const { logger } = makeLogger()
  const feed = new RevocationSubscriber({
    url: server.url,
    credential: 'the-credential',
    fetch,
    warnings: new Warnings(logger),
    timing: { firstRetry: 0.001 },
  })
  const { guard } = guardOn(feed)
  onTestFinished(() => guard.close())
  await until(() => server.requests.length === 2)
  await until(() => guard.figures().feed?.connected === true)
  expect(guard.figures().feed).toMatchObject({ via: 'stream' })
})

test('a wrong credential shows in the figures, and only `deny` refuses requests', async () => {
  const server = await serve((_, response) => response.writeHead(401).end())
  const feed = { credential: 'wrong-credential', url: `${server.url}/feed` }
  const guard = makeGuard({ keys, feed })
  onTestFinished(() => guard.close())
  await until(() => guard.figures().feed?.failure !== undefined)
  expect(guard.figures().feed).toEqual({
    connected: false,
    ageSeconds: null,
    entries: 0,
    via: 'stream',
    failure: "the feed returned status 401: feed.credential is not one of the auth server's secrets.guards",
  })
  expect(await verdictOn(guard, token)).toBe('passed')
  await expect(guard.verify(token, { staleness: deny })).rejects.toMatchObject({ code: 'service_unavailable' })
})
