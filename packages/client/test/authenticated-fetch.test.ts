import { describe, expect, test } from 'vitest'
import { ann, bob, outcome, problem, until, useWorld } from './support/world.js'

const world = useWorld()

describe('the access token', () => {
  test('is sent to the listed origins, the page and the auth server only', async () => {
    const seen: Record<string, string | null> = {}
    const tab = await world.openSignedIn({ origins: ['https://api.example'] })
    const { environment } = tab
    ;(environment as { fetch: typeof environment.fetch }).fetch = async (request) => {
      seen[new URL(request.url).origin] = request.headers.get('Authorization')
      return new Response()
    }

    for (const origin of [
      'https://api.example',
      environment.page!,
      world.server.origin,
      'http://api.example',
      'https://api.example:8443',
      'https://api.example.evil.example',
      'https://evil.example',
    ]) {
      await tab.client.fetch(`${origin}/x`)
    }

    expect(Object.keys(seen).filter((origin) => seen[origin])).toEqual([
      'https://api.example',
      environment.page,
      world.server.origin,
    ])
  })

  test('does not replace an Authorization header of the caller', async () => {
    const { client } = await world.openSignedIn()

    const response = await client.fetch(world.hello, { headers: { Authorization: 'Bearer mine' } })

    expect(response.status).toBe(401)
    expect(world.server.refreshes()).toBe(0)
  })

  test('is not sent while nobody is signed in, and a refusal is left to the caller', async () => {
    const { client } = world.open()
    await until(() => client.state === 'anonymous')
    world.server.apiScript = (_, token) => (token ? undefined : problem(401, 'access_token_missing', 'refresh'))
    const refreshesBefore = world.server.refreshes()

    expect(await outcome(client.fetch(world.hello))).toBe('401')
    expect(world.server.refreshes()).toBe(refreshesBefore)
  })
})

describe('a refused request', () => {
  test.each([
    ['a problem with verdict refresh', problem(401, 'claims_changed', 'refresh')],
    ['a problem of an ended session', problem(401, 'session_revoked', 'terminal')],
    ['an invalid_token challenge', { status: 401, headers: { 'WWW-Authenticate': 'Bearer error="invalid_token"' } }],
    ['a bare challenge', { status: 401, headers: { 'WWW-Authenticate': 'Bearer realm="api"' } }],
    ['status 419', { status: 419 }],
    ['a 401 that says nothing', { status: 401 }],
    ['a 401 of a foreign backend', { status: 401, body: { error: 'unauthorized' } }],
  ])('by %s is refreshed and replayed once', async (_, refusal) => {
    const { client } = await world.openSignedIn()
    let refused = false
    world.server.apiScript = () => {
      if (refused) return undefined
      refused = true
      return refusal
    }

    expect(await outcome(client.fetch(world.hello))).toBe('200')
    expect([world.server.refreshes(), world.server.apiCalls.length]).toEqual([1, 2])
  })

  test.each([
    ['insufficient_scope', problem(403, 'insufficient_scope', 'fix')],
    ['step_up_required', problem(401, 'step_up_required', 'fix')],
    ['another scheme', { status: 401, headers: { 'WWW-Authenticate': 'Basic realm="x"' } }],
    [
      'a step-up challenge',
      { status: 401, headers: { 'WWW-Authenticate': 'Bearer error="insufficient_user_authentication", max_age=60' } },
    ],
    ['an API out of order', problem(503, 'service_unavailable', 'retry')],
  ])('by %s is the caller’s, with no refresh', async (_, refusal) => {
    const { client } = await world.openSignedIn()
    world.server.apiScript = () => refusal

    expect(await outcome(client.fetch(world.hello))).toBe(String(refusal.status))
    expect([world.server.refreshes(), world.server.apiCalls.length]).toEqual([0, 1])
  })

  test('for a second time is returned to the caller with its body', async () => {
    const { client } = await world.openSignedIn()
    world.server.apiScript = () => problem(401, 'access_token_invalid', 'refresh')

    const response = await client.fetch(world.hello)

    expect([response.status, await response.json()]).toMatchObject([401, { code: 'access_token_invalid' }])
    expect([world.server.refreshes(), world.server.apiCalls.length]).toEqual([1, 2])
    expect(client.state).toBe('active')
  })

  test('that arrives after another request has refreshed is replayed without a refresh', async () => {
    const { client } = await world.openSignedIn()
    let release: (() => void) | undefined
    world.server.apiScript = async (path) => {
      if (path !== '/slow' || release) return undefined
      await new Promise<void>((resolve) => (release = resolve))
      return problem(401, 'access_token_expired', 'refresh')
    }
    const slow = client.fetch(`${world.server.api}/slow`)
    await until(() => release !== undefined)
    world.server.expireAccessTokens()
    expect(await outcome(client.fetch(world.hello))).toBe('200')

    release?.()

    expect((await slow).status).toBe(200)
    expect(world.server.refreshes()).toBe(1)
  })

  test.each([
    ['text', () => 'a body'],
    ['a form', () => new URLSearchParams({ a: 'body' })],
    ['a blob', () => new Blob(['a body'])],
    ['bytes', () => new TextEncoder().encode('a body')],
    ['a stream', () => new Blob(['a body']).stream()],
  ])('with %s is replayed with the same body', async (_, body) => {
    const { client } = await world.openSignedIn()
    world.server.expireAccessTokens()

    const init = { method: 'POST', body: body(), duplex: 'half' } as RequestInit
    expect(await outcome(client.fetch(world.hello, init))).toBe('200')

    const [first, second] = world.server.apiCalls
    expect(first?.body).not.toBe('')
    expect(second?.body).toBe(first?.body)
  })

  test('has its body cancelled, which frees the connection', async () => {
    const { client, environment } = await world.openSignedIn()
    let cancelled = 0
    const { fetch } = environment
    ;(environment as { fetch: typeof fetch }).fetch = async (request) => {
      if (!request.url.startsWith(world.hello) || cancelled > 0) return fetch(request)
      return new Response(new ReadableStream({ cancel: () => void cancelled++ }), { status: 401 })
    }

    expect(await outcome(client.fetch(world.hello))).toBe('200')
    expect(cancelled).toBe(1)
  })

  test('with a multipart form is replayed with the same parts', async () => {
    const { client } = await world.openSignedIn()
    world.server.expireAccessTokens()
    const form = new FormData()
    form.set('file', new File(['of mine'], 'mine.txt'))

    await client.fetch(world.hello, { method: 'POST', body: form })

    expect(world.server.apiCalls.map(({ body }) => body.includes('of mine'))).toEqual([true, true])
  })

  test('can be aborted while it waits for a refresh, and the refresh goes on for the others', async () => {
    const { client } = await world.openSignedIn()
    world.server.expireAccessTokens()
    let release: (() => void) | undefined
    world.server.script = async () => {
      await new Promise<void>((resolve) => (release = resolve))
      return undefined
    }
    const abort = new AbortController()
    const aborted = outcome(client.fetch(world.hello, { signal: abort.signal }))
    const other = client.fetch(world.hello)
    await until(() => release !== undefined)

    abort.abort()
    expect(await aborted).toBe('AbortError')
    release?.()

    expect((await other).status).toBe(200)
    expect(world.server.refreshes()).toBe(1)
  })
})

describe('fresh tokens that are refused', () => {
  test('three times within thirty seconds cause no further refresh until that time has passed', async () => {
    const tab = await world.openSignedIn()
    const said: unknown[] = []
    tab.client.on('misconfigured', (event) => said.push(event))
    world.server.apiScript = () => problem(401, 'access_token_invalid', 'refresh')

    for (let n = 0; n < 10; n++) expect(await outcome(tab.client.fetch(world.hello))).toBe('401')

    expect(world.server.refreshes()).toBe(3)
    expect(said).toEqual([{ code: 'access_token_invalid', hint: expect.stringContaining(world.server.api) }])
    expect(tab.client.state).toBe('active')
    tab.pass(31_000)
    world.server.apiScript = undefined
    world.server.expireAccessTokens()
    expect(await outcome(tab.client.fetch(world.hello))).toBe('200')
  })

  test('of one origin do not keep the requests to another from being replayed', async () => {
    const { client } = await world.openSignedIn()
    world.server.script = (path) => (path === 'me' ? { status: 401 } : undefined)
    for (let n = 0; n < 4; n++) {
      expect(await outcome(client.fetch(`${world.server.origin}/auth/me`))).toBe('401')
    }

    world.server.expireAccessTokens()

    expect(await outcome(client.fetch(world.hello))).toBe('200')
  })

  test('by many requests at once count as one', async () => {
    const { client } = await world.openSignedIn()
    const said: unknown[] = []
    client.on('misconfigured', (event) => said.push(event))
    world.server.apiScript = () => problem(401, 'access_token_invalid', 'refresh')

    await Promise.all(Array.from({ length: 20 }, () => client.fetch(world.hello)))

    expect(world.server.refreshes()).toBe(1)
    expect(said).toEqual([])
  })
})

describe('a request of one person', () => {
  test('whose answer arrives after another person has signed in is rejected', async () => {
    const { client } = await world.openSignedIn()
    let release: (() => void) | undefined
    world.server.apiScript = async () => {
      await new Promise<void>((resolve) => (release = resolve))
      return undefined
    }
    const request = client.fetch(world.hello).catch((error) => error)
    await until(() => release !== undefined)

    await client.signIn(bob)
    release?.()

    expect(await request).toMatchObject({ name: 'SessionChangedError', sent: true })
    expect((await request).message).toBe('Another person has signed in. The request was sent before that.')
  })

  test('continues if the same person has signed in again', async () => {
    const { client } = await world.openSignedIn()
    let refused: (() => void) | undefined
    world.server.apiScript = async () => {
      if (refused) return undefined
      await new Promise<void>((resolve) => (refused = resolve))
      return problem(401, 'access_token_expired', 'refresh')
    }
    const request = outcome(client.fetch(world.hello))
    await until(() => refused !== undefined)

    await client.signIn(ann)
    refused?.()

    expect(await request).toBe('200')
    expect(world.server.refreshes()).toBe(0)
  })
})

describe('an access token for a socket', () => {
  test('is the current token', async () => {
    const { client } = await world.openSignedIn()

    expect(await client.token()).toBe(await client.token())
    expect(world.server.refreshes()).toBe(0)
  })

  test('that a server refused is replaced once, however many callers ask', async () => {
    const { client } = await world.openSignedIn()
    const refused = await client.token()

    const fresh = await Promise.all([1, 2, 3].map(() => client.token({ refused })))
    const later = await client.token({ refused })

    expect(new Set([...fresh, later]).size).toBe(1)
    expect(fresh[0]).not.toBe(refused)
    expect(world.server.refreshes()).toBe(1)
  })

  test('is rejected if nobody is signed in', async () => {
    const { client } = world.open()

    expect(await outcome(client.token())).toBe('SignedOutError refresh_token_missing')
  })
})

test('an opaque access token is sent and refreshed like any other', async () => {
  const { client } = world.open()
  let n = 0
  const answer = () => ({
    body: {
      access_token: `opaque${++n}`,
      expires_in: 300,
      session: { id: 's', generation: n },
      user: {},
    },
  })
  world.server.script = (path) => (path === 'logout' ? undefined : answer())
  world.server.apiScript = (_, token) =>
    token === 'opaque2' ? { body: 'yes' } : problem(401, 'access_token_expired', 'refresh')
  await client.signIn(ann)

  expect(await outcome(client.fetch(world.hello))).toBe('200')
})
