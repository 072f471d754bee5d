import { envelope } from '@sessionward/protocol'
import { describe, expect, test } from 'vitest'
import { ann, outcome, problem, until, useWorld } from './support/world.js'

const world = useWorld()
const codes = { refresh: 10415, terminal: 10422, session_replaced: 10409, default: 10500 }

const dialects = {
  'HTTP 200': envelope({ ok: 10200, codes, status: 200 }),
  'its own status': envelope({ ok: 10200, codes }),
  'strings and other names': envelope({
    ok: '0',
    codes: { refresh: '10415', terminal: '10422', default: 'E' },
    status: 200,
    fields: { code: 'errcode', message: 'errmsg', data: 'result' },
  }),
}

const challenge = (code: string) => ({ 'WWW-Authenticate': `Bearer error="invalid_token", code="${code}"` })

describe.each(Object.entries(dialects))('a server that answers in an envelope, with %s', (_name, dialect) => {
  const openSignedIn = (options = {}) => {
    world.server.envelope = dialect
    return world.openSignedIn(options)
  }

  test.each(['cookie', 'body'] as const)('signs a person in and out, with transport %s', async (transport) => {
    const { client } = await openSignedIn({ transport })

    expect([client.state, client.user]).toEqual(['active', { username: 'ann' }])
    await client.signOut()
    expect(client.state).toBe('anonymous')
  })

  test('has an expired token refreshed once, and each request replayed once', async () => {
    const { client } = await openSignedIn()
    world.server.expireAccessTokens()

    const responses = await Promise.all([1, 2, 3].map((n) => client.fetch(`${world.hello}?${n}`, { method: 'POST' })))

    const bodies = await Promise.all(responses.map((response) => response.json()))
    expect(bodies).toEqual(Array(3).fill(dialect.ok({ subject: 'ann', body: '' })))
    expect(world.server.refreshes()).toBe(1)
    expect(world.server.apiCalls.filter(({ subject }) => subject)).toHaveLength(3)
  })

  test('ends the session with the reason', async () => {
    const { client } = await openSignedIn()
    world.server.end(client.session!.id, 'session_replaced')
    world.server.expireAccessTokens()

    expect(await outcome(client.fetch(world.hello))).toBe('SignedOutError session_replaced')
    expect(client.state).toBe('anonymous')
  })

  test('refuses a sign-in with its code, its status and what was wrong', async () => {
    const { client } = await openSignedIn()
    const { body, ...rest } = problem(429, 'too_many_attempts', 'fix')
    world.server.script = () => ({ ...rest, body: { ...(body as object), detail: 'in a minute' } })

    const error = await client.signIn(ann).catch((reason) => reason)

    expect(error).toMatchObject({ code: 'too_many_attempts', status: 429, detail: 'in a minute' })
  })

  test('is asked again after a race, and signs nobody out while it is unavailable', async () => {
    const { client } = await openSignedIn()
    const script = [problem(409, 'refresh_raced', 'retry'), problem(503, 'service_unavailable', 'retry')]
    world.server.script = () => script.shift()
    world.server.expireAccessTokens()

    expect(await outcome(client.fetch(world.hello))).toBe('RefreshUnavailableError')
    expect(client.state).toBe('degraded')
    expect(world.server.refreshes()).toBe(2)
  })

  test('returns every other refusal to the caller with its body', async () => {
    const { client } = await openSignedIn()
    const headers = { 'WWW-Authenticate': 'Bearer error="insufficient_scope", code="insufficient_scope"' }
    world.server.apiScript = () => problem(403, 'insufficient_scope', 'fix', headers)

    const response = await client.fetch(world.hello)

    expect(await response.json()).toMatchObject({ problem: { code: 'insufficient_scope' } })
    expect(world.server.refreshes()).toBe(0)
  })

  test('gets one replay, and a second refusal is returned to the caller with its body', async () => {
    const { client } = await openSignedIn()
    world.server.apiScript = () => problem(401, 'access_token_invalid', 'refresh', challenge('access_token_invalid'))

    const response = await client.fetch(world.hello)

    expect(await response.json()).toMatchObject({ problem: { code: 'access_token_invalid' } })
    expect(world.server.apiCalls).toHaveLength(2)
  })

  test('signs in a page that opens by its cookie, or leaves it signed out without an error', async () => {
    const { client } = await openSignedIn()
    await client.signOut()
    const nobody = world.open()
    await until(() => nobody.client.state === 'anonymous')
    world.signInElsewhere('bob')

    const somebody = world.open()

    await until(() => somebody.client.state === 'active')
    expect(somebody.client.user).toEqual({ username: 'bob' })
  })
})

describe('an answer in HTTP 200 of an API that is not behind our guard', () => {
  test.each([
    ['an invitation to authenticate', { 'WWW-Authenticate': 'Bearer' }, { ok: true }],
    ['a token error without a code of ours', { 'WWW-Authenticate': 'Bearer error="invalid_token"' }, { ok: true }],
    ['a code in its body that is not ours', {}, { code: 10415 }],
    ['another scheme', { 'WWW-Authenticate': 'Basic code="x"' }, { ok: true }],
    ['a body that is null', challenge(''), null],
  ])('is handed to the caller, and nothing is sent twice: %s', async (_what, headers, body) => {
    const { client } = await world.openSignedIn()
    world.server.apiScript = () => ({ status: 200, headers, body })

    const response = await client.fetch(world.hello, { method: 'POST' })

    expect(await response.json()).toEqual(body)
    expect([world.server.apiCalls.length, world.server.refreshes()]).toEqual([1, 0])
  })
})
