import { describe, expect, test } from 'vitest'
import { ann, bob, outcome, problem, until, useWorld } from './support/world.js'

const world = useWorld()

async function settled({ client }: { client: { readonly state: string } }) {
  await until(() => client.state !== 'unknown')
}

describe('a page that opens finds the latest sign-in by itself', () => {
  test.each([
    ['after a sign-out', async () => void (await (await world.openSignedIn()).client.signOut())],
    [
      'after a sign-out that the auth server never heard of',
      async () => {
        const { client } = await world.openSignedIn()
        world.server.script = () => ({ cut: true })
        await outcome(client.signOut())
        world.server.script = undefined
      },
    ],
    [
      'after a session that was revoked',
      async () => {
        const { client } = await world.openSignedIn()
        world.server.end(client.session!.id, 'session_revoked')
        await outcome(client.token({ refused: await client.token() }))
      },
    ],
    ['while another tab is signed in as somebody else', async () => void (await world.openSignedIn())],
    ['with nothing to remember', async () => {}],
  ])('%s', async (_, before) => {
    await before()
    world.signInElsewhere('bob')

    const tab = world.open()
    await settled(tab)

    expect([tab.client.state, tab.client.user]).toEqual(['active', { username: 'bob' }])
    expect(await outcome(tab.client.fetch(world.hello))).toBe('200')
    for (const { client } of world.browser.tabs) await until(() => client.user?.username === 'bob')
  })

  test('a page that opens while another tab signs out is anonymous', async () => {
    const first = await world.openSignedIn()
    let release: (() => void) | undefined
    let answered = false
    world.server.script = async (path) => {
      if (path === 'refresh') await new Promise<void>((resolve) => (release = resolve))
      if (path === 'refresh') answered = true
      return undefined
    }
    const tab = world.open()
    await until(() => release !== undefined)

    const out = first.client.signOut()
    await until(() => tab.client.state === 'anonymous')
    release?.()
    await until(() => answered)
    await out

    expect([tab.client.state, tab.client.reason]).toEqual(['anonymous', 'signed_out'])
    expect([...world.server.sessions.values()].map(({ ended }) => ended)).toEqual(['signed_out'])
  })

  test('a frozen tab that missed a sign-out does not restore the session', async () => {
    const first = await world.openSignedIn()
    let release: (() => void) | undefined
    world.server.script = async (path) => {
      if (path === 'refresh') await new Promise<void>((resolve) => (release = resolve))
      return undefined
    }
    const tab = world.open({}, { channel: false })
    await until(() => release !== undefined)

    const out = first.client.signOut()
    await until(() => first.client.state === 'anonymous')
    // Its vault has been written by then: the sign-out waits for the lock.
    await new Promise((resolve) => setTimeout(resolve, 20))
    release?.()
    await out

    await settled(tab)
    expect(tab.client.state).toBe('anonymous')
    expect([...world.server.sessions.values()].map(({ ended }) => ended)).toEqual(['signed_out'])
  })
})

describe('taking over a session that the page’s own sign-in has started', () => {
  test.each([
    ['nobody was signed in', async () => world.open()],
    [
      'somebody had signed out',
      async () => {
        const tab = await world.openSignedIn()
        await tab.client.signOut()
        return tab
      },
    ],
    ['the page has just opened', async () => world.open()],
    ['somebody else was signed in', () => world.openSignedIn()],
    [
      'somebody else had to sign in again',
      async () => {
        const tab = await world.openSignedIn({ onReauth: () => {} })
        world.server.end(tab.client.session!.id, 'session_revoked')
        world.server.expireAccessTokens()
        void outcome(tab.client.fetch(world.hello))
        await until(() => tab.client.state === 'reauth')
        return tab
      },
    ],
  ])('works where %s, in all tabs', async (title, before) => {
    const tab = await before()
    if (title !== 'the page has just opened') await settled(tab)
    const other = world.open()
    await settled(other)
    world.signInElsewhere('bob')

    const user = await tab.client.adopt()

    expect([user, tab.client.user, tab.client.state]).toEqual([{ username: 'bob' }, { username: 'bob' }, 'active'])
    await until(() => other.client.user?.username === 'bob')
    world.server.expireAccessTokens()
    expect(await outcome(tab.client.fetch(world.hello))).toBe('200')
    expect(world.server.apiCalls.at(-1)?.subject).toBe('bob')
  })

  test('rejects the requests of the previous person, and reports that another person is signed in', async () => {
    const { client } = await world.openSignedIn()
    const changed: unknown[] = []
    client.on('subjectchange', ({ user }) => changed.push(user))
    let release: (() => void) | undefined
    world.server.apiScript = async () => {
      await new Promise<void>((resolve) => (release = resolve))
      return problem(401, 'access_token_expired', 'refresh')
    }
    const ofAnn = outcome(client.fetch(world.hello, { method: 'POST', body: 'from ann' }))
    await until(() => release !== undefined)

    world.signInElsewhere('bob')
    await client.adopt()
    release?.()

    expect(await ofAnn).toBe('SessionChangedError')
    expect(changed).toEqual([{ username: 'bob' }])
    expect(world.server.apiCalls.map(({ subject }) => subject)).toEqual(['ann'])
  })

  test('replays the requests that waited for the same person to sign in again', async () => {
    const { client } = await world.openSignedIn({ onReauth: () => {} })
    world.server.end(client.session!.id, 'session_revoked')
    world.server.expireAccessTokens()
    const waiting = [1, 2, 3].map(() => outcome(client.fetch(world.hello)))
    await until(() => client.state === 'reauth')

    world.signInElsewhere('ann')
    await client.adopt()

    expect(await Promise.all(waiting)).toEqual(['200', '200', '200'])
  })

  test('joins no refresh that was sent before the cookie was set', async () => {
    const { client } = await world.openSignedIn()
    let release: (() => void) | undefined
    world.server.script = async () => {
      world.server.script = undefined
      await new Promise<void>((resolve) => (release = resolve))
      return { cut: true }
    }
    world.server.expireAccessTokens()
    const ofAnn = outcome(client.fetch(world.hello))
    await until(() => release !== undefined)

    world.signInElsewhere('bob')
    const adopting = client.adopt()
    release?.()

    expect(await adopting).toEqual({ username: 'bob' })
    expect(['SessionChangedError', 'RefreshUnavailableError']).toContain(await ofAnn)
  })

  test('returns nobody if there is no session, without any event', async () => {
    const { client } = world.open()
    await until(() => client.state === 'anonymous')
    const seen: string[] = []
    for (const name of ['signout', 'degraded', 'misconfigured'] as const) client.on(name, () => seen.push(name))

    expect(await client.adopt()).toBeUndefined()

    expect([client.state, seen]).toEqual(['anonymous', []])
    expect(world.server.calls.map(({ status }) => status)).toEqual([204, 204])
  })

  test('ends a session whose cookie is missing', async () => {
    const { client } = await world.openSignedIn()
    world.browser.jar.clear()

    expect(await client.adopt()).toBeUndefined()

    expect(client.state).toBe('anonymous')
  })

  test('does not restore a session after a sign-out while the auth server was unavailable', async () => {
    const { client } = await world.openSignedIn()
    world.server.script = () => ({ cut: true })
    await outcome(client.signOut())
    world.server.script = undefined

    expect(await client.adopt()).toBeUndefined()

    expect(client.state).toBe('anonymous')
    expect([...world.server.sessions.values()].map(({ ended }) => ended)).toEqual(['signed_out'])
  })

  test.each([
    ['is unavailable', { cut: true }, 'RefreshUnavailableError'],
    ['refuses', problem(403, 'origin_refused', 'fix'), 'RefreshRefusedError origin_refused'],
  ])('fails where the auth server %s, and changes nothing', async (_, answer, error) => {
    const { client } = await world.openSignedIn()
    world.server.script = () => answer

    expect(await outcome(client.adopt())).toBe(error)

    expect([client.state, client.user]).toEqual(['active', { username: 'ann' }])
  })

  test('in body transport, which has no cookie jar, refreshes the current session', async () => {
    const { client } = await world.openSignedIn({ transport: 'body' })

    expect(await client.adopt()).toEqual({ username: 'ann' })
    expect(client.session?.generation).toBe(1)
  })
})

test('a tab whose session was ended by a later sign-in takes over that session, even without its own cookie', async () => {
  const { client } = await world.openSignedIn()
  const reasons: string[] = []
  client.on('signout', ({ reason }) => reasons.push(reason))
  world.server.end(client.session!.id, 'session_replaced')
  world.signInElsewhere('bob')
  world.server.expireAccessTokens()

  expect(await outcome(client.fetch(world.hello))).toBe('SessionChangedError')
  expect([client.user, reasons]).toEqual([{ username: 'bob' }, []])
})

test('a sign-in clears the cookies of earlier sessions', async () => {
  const { client } = await world.openSignedIn()
  for (let n = 0; n < 10; n++) await client.signIn(n % 2 ? ann : bob)

  expect(world.browser.jar.size).toBe(1)
})

describe('a refresh that the auth server refuses permanently', () => {
  const refusal = problem(403, 'origin_refused', 'fix')

  test('leaves a page that opens anonymous with the reason, and rejects its requests', async () => {
    await world.openSignedIn()
    for (const { client } of world.browser.tabs) client.destroy()
    world.server.script = () => refusal
    const tab = world.open()
    const said: unknown[] = []
    tab.client.on('misconfigured', (event) => said.push(event))

    expect(await outcome(tab.client.fetch(world.hello))).toBe('RefreshRefusedError origin_refused')

    expect([tab.client.state, tab.client.reason]).toEqual(['anonymous', 'origin_refused'])
    expect(said).toEqual([{ code: 'origin_refused', hint: expect.stringContaining('origin_refused') }])
    expect(world.server.apiCalls).toEqual([])
    world.server.script = undefined
    const reopened = world.open()
    await until(() => reopened.client.state === 'active')
  })

  test('signs nobody out of an open page, is reported once, and is retried', async () => {
    const tab = await world.openSignedIn({ patience: 15 })
    const said: string[] = []
    for (const name of ['misconfigured', 'degraded', 'signout'] as const) tab.client.on(name, () => said.push(name))
    world.server.script = () => refusal
    world.server.expireAccessTokens()

    expect(await outcome(tab.client.fetch(world.hello))).toBe('RefreshRefusedError origin_refused')
    expect(await outcome(tab.client.fetch(world.hello))).toBe('RefreshRefusedError origin_refused')
    expect([tab.client.state, tab.client.user]).toEqual(['active', { username: 'ann' }])
    tab.pass(1001)
    await until(() => world.server.refreshes() === 2)
    await until(() => tab.client.state === 'active')
    world.server.script = undefined
    tab.pass(2001)

    await until(() => world.server.refreshes() === 3)
    expect(await outcome(tab.client.fetch(world.hello))).toBe('200')
    expect(said).toEqual(['misconfigured'])
  })
})
