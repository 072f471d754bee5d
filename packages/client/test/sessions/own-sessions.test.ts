import { envelope } from '@sessionward/protocol'
import { describe, expect, test } from 'vitest'
import { createClient } from '../../src/index.js'
import { endOtherSessions, endSession, listSessions } from '../../src/sessions/own-sessions.js'
import type { Scripted } from '../support/auth-server.js'
import { useBackendWorld } from '../support/backend-world.js'
import { outcome, problem, useWorld } from '../support/world.js'

const world = useWorld()
const others = useBackendWorld()

const onWire = {
  id: 'other',
  current: false,
  client_id: 'default',
  created_at: 1_796_000_000,
  last_seen_at: null,
  expires_at: 1_797_000_000,
  device: { name: "Ann's phone", class: 'phone' },
  user_agent: 'Mozilla/5.0',
  address: '192.0.2.7',
  place: 'Oslo, Norway',
}

/** What the endpoint answers; every other one answers as ever. */
function answering(answers: Readonly<Record<string, Scripted>>): void {
  world.server.script = (path) => answers[path]
}

describe('one’s own sessions', () => {
  test('are listed with the names of the language', async () => {
    const { client } = await world.openSignedIn()
    answering({ sessions: { body: { sessions: [onWire] } } })

    const sessions = await listSessions(client)

    expect(sessions).toEqual([
      {
        id: 'other',
        current: false,
        clientId: 'default',
        createdAt: 1_796_000_000,
        lastSeenAt: null,
        expiresAt: 1_797_000_000,
        device: { name: "Ann's phone", class: 'phone' },
        userAgent: 'Mozilla/5.0',
        address: '192.0.2.7',
        place: 'Oslo, Norway',
      },
    ])
  })

  test('can be ended one by one, or all others at once', async () => {
    const { client } = await world.openSignedIn()
    answering({ 'sessions/other': { status: 204 }, 'sessions?others': { body: { ended: 3 } } })

    await endSession(client, 'other')
    const ended = await endOtherSessions(client)

    expect(ended).toBe(3)
    expect(world.server.calls.slice(-2).map(({ path }) => path)).toEqual(['sessions/other', 'sessions?others'])
    expect(client.state).toBe('active')
  })

  test('sign this browser out if the id is that of its own session', async () => {
    const { client } = await world.openSignedIn()

    await endSession(client, client.session!.id)

    expect([client.state, client.reason]).toEqual(['anonymous', 'signed_out'])
    expect(world.server.calls.at(-1)?.path).toBe('logout')
  })

  test('are read from an envelope, which can also contain a refusal', async () => {
    world.server.envelope = envelope({ ok: 10200, codes: { refresh: 1, terminal: 2, default: 3 }, status: 200 })
    const { client } = await world.openSignedIn()
    answering({
      sessions: { body: { sessions: [] } },
      'sessions?others': { body: { ended: 0 } },
      'sessions/gone': problem(404, 'not_found', 'fix'),
    })

    expect(await listSessions(client)).toEqual([])
    expect(await endOtherSessions(client)).toBe(0)
    await expect(endSession(client, 'gone')).rejects.toMatchObject({
      name: 'SessionsError',
      code: 'not_found',
      status: 404,
    })
  })

  test.each<[string, Scripted]>([
    ['a page of a proxy', { body: '<html>', headers: { 'Content-Type': 'text/html' } }],
    ['JSON of something else', { body: { sessions: 'none' } }],
    ['an error that is not one of ours', { status: 404, body: { error: 'no such route' } }],
  ])('are not made up of %s', async (_what, answer) => {
    const { client } = await world.openSignedIn()
    answering({ sessions: answer })

    expect(await outcome(listSessions(client))).toBe('SessionsError unexpected_answer')
  })

  test('reject if nobody is signed in', async () => {
    const { client } = await world.openSignedIn()
    await client.signOut()
    answering({ sessions: problem(401, 'access_token_missing', 'refresh') })

    expect(await outcome(listSessions(client))).toBe('SessionsError access_token_missing')
  })

  test('need an auth server: with another backend the error says so', async () => {
    const { client } = await others.openSignedIn()

    await expect(listSessions(client)).rejects.toThrow(
      /has no list of sessions: only a Sessionward auth server has one/,
    )
  })

  test('are requested below the path of the auth server', async () => {
    const { environment } = world.open()
    const requested: string[] = []
    ;(environment as { fetch: typeof environment.fetch }).fetch = async (request) => {
      const { pathname } = new URL(request.url)
      if (pathname.endsWith('/refresh')) return new Response(null, { status: 204 })
      requested.push(`${request.method} ${pathname}`)
      return Response.json({ sessions: [] })
    }
    const { server } = world
    const client = createClient({ server: server.origin, basePath: '/api/sign-in', clientId: 'b', environment })

    await listSessions(client)

    expect(requested).toEqual(['GET /api/sign-in/sessions'])
    client.destroy()
  })
})
