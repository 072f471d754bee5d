import { expect, test } from 'vitest'
import { createClient } from '../../src/index.js'
import { authSnapshots } from '../../src/ui/auth-snapshot.js'
import { onSubjectChange } from '../../src/ui/subject-change.js'
import { ann, bob, outcome, problem, until, useWorld } from '../support/world.js'

const world = useWorld()

test('says who is signed in, from the opening of the page to the sign-out', async () => {
  const { client } = world.open()
  const { current, subscribe } = authSnapshots(client)
  const seen = [current()]
  subscribe(() => seen.push(current()))

  await until(() => client.state !== 'unknown')
  await client.signIn(ann)
  await client.signOut()

  expect(seen).toEqual([
    { status: 'unknown', user: undefined, reason: undefined },
    { status: 'signed-out', user: undefined, reason: 'refresh_token_missing' },
    { status: 'signed-in', user: { username: 'ann' }, reason: undefined },
    { status: 'signed-out', user: undefined, reason: 'signed_out' },
  ])
})

test('stays the same object through refreshes and an outage, and notifies no listener', async () => {
  const tab = await world.openSignedIn()
  const { current, subscribe } = authSnapshots(tab.client)
  const first = current()
  let notifications = 0
  subscribe(() => notifications++)

  for (let round = 0; round < 10; round++) {
    world.server.expireAccessTokens()
    expect(await outcome(tab.client.fetch(world.hello))).toBe('200')
  }
  world.server.script = () => ({ status: 503 })
  world.server.expireAccessTokens()
  expect(await outcome(tab.client.fetch(world.hello))).toBe('RefreshUnavailableError')

  expect([tab.client.state, world.server.refreshes()]).toEqual(['degraded', 11])
  expect(notifications).toBe(0)
  expect(current()).toBe(first)
})

test('does not compare a user that is still the same object, which would cost each rendering', async () => {
  const { client } = await world.openSignedIn()
  let compared = 0
  Object.defineProperty(client.user!, 'toJSON', { value: () => compared++ })
  const { current } = authSnapshots(client)

  for (let rendering = 0; rendering < 100; rendering++) current()

  expect(compared).toBe(0)
})

test('changes when a refresh returns a changed user', async () => {
  const { client } = await world.openSignedIn()
  const { current, subscribe } = authSnapshots(client)
  let notifications = 0
  subscribe(() => notifications++)
  world.server.expireAccessTokens()
  world.server.script = (path) => (path === 'refresh' ? renamed(client.session!.id) : undefined)

  await outcome(client.fetch(world.hello))

  expect([notifications, current().user]).toEqual([1, { username: 'ann', name: 'Ann' }])
})

test('exists once for each client, and is current without a listener', async () => {
  const { client } = await world.openSignedIn()

  expect(authSnapshots(client)).toBe(authSnapshots(client))
  expect(authSnapshots(client).current().status).toBe('signed-in')
  await client.signOut()
  expect(authSnapshots(client).current()).toBe(authSnapshots(client).current())
  expect(authSnapshots(client).current().status).toBe('signed-out')
})

test('names the person who must sign in again, and the reason', async () => {
  const { client } = await world.openSignedIn({ onReauth: () => {} })
  world.server.end(client.session!.id, 'session_revoked')
  world.server.expireAccessTokens()

  const waiting = client.fetch(world.hello)
  await until(() => client.state === 'reauth')

  const { current } = authSnapshots(client)
  expect(current()).toEqual({ status: 'reauth', user: { username: 'ann' }, reason: 'session_revoked' })
  await client.signIn(ann)
  expect((await waiting).status).toBe(200)
  expect(current().status).toBe('signed-in')
})

test('on a server, where no request is sent, is unknown', () => {
  const client = createClient({
    server: world.server.origin,
    environment: world.open({}, { page: undefined }).environment,
  })

  expect(authSnapshots(client).current().status).toBe('unknown')
})

test('a sign-out or the end of a session notifies once, and the next sign-in does not', async () => {
  const { client } = await world.openSignedIn()
  const changes: unknown[] = []
  onSubjectChange(client, (change) => changes.push(change))

  await client.signOut()
  await client.signIn(bob)
  world.server.expireAccessTokens()
  world.server.script = (path) => (path === 'refresh' ? problem(401, 'session_replaced', 'terminal') : undefined)
  expect(await outcome(client.fetch(world.hello))).toBe('SignedOutError session_replaced')
  world.server.script = undefined
  await client.signIn(ann)

  expect(changes).toEqual([
    { from: { username: 'ann' }, to: undefined },
    { from: { username: 'bob' }, to: undefined },
  ])
})

test('a change of the person is notified before the snapshot changes and before a request of the next person is sent', async () => {
  const { client } = await world.openSignedIn()
  const { current, subscribe } = authSnapshots(client)
  const order: unknown[] = []
  world.server.apiScript = () => void order.push('request')
  let next: Promise<unknown> | undefined
  subscribe(() => {
    order.push(current().user?.username)
    next ??= client.fetch(world.hello)
  })
  onSubjectChange(client, ({ from, to }) => order.push([from?.username, to?.username]))

  await client.signIn(bob)
  await next

  expect(order).toEqual([['ann', 'bob'], 'bob', 'request'])
  expect(world.server.apiCalls.map(({ subject }) => subject)).toEqual(['bob'])
})

test('an error in one listener is reported, and the other listeners are still called', async () => {
  const { client } = await world.openSignedIn()
  const reported: string[] = []
  const changes: unknown[] = []
  const listeners = process.listeners('unhandledRejection')
  process.removeAllListeners('unhandledRejection')
  process.on('unhandledRejection', (error: unknown) => reported.push((error as Error).message))
  onSubjectChange(client, () => {
    throw new Error('of the app')
  })
  onSubjectChange(client, (change) => changes.push(change))

  await client.signOut()
  await until(() => reported.length > 0)

  process.removeAllListeners('unhandledRejection')
  for (const listener of listeners) process.on('unhandledRejection', listener)
  expect([reported, changes.length]).toEqual([['of the app'], 1])
})

test('a person who must sign in again counts as present until another one signs in', async () => {
  const { client } = await world.openSignedIn({ onReauth: () => {} })
  const changes: unknown[] = []
  const stop = onSubjectChange(client, (change) => changes.push(change))
  world.server.end(client.session!.id, 'session_revoked')
  world.server.expireAccessTokens()
  const waiting = outcome(client.fetch(world.hello))
  await until(() => client.state === 'reauth')

  expect(changes).toEqual([])
  await client.signIn(bob)

  expect(await waiting).toBe('SessionChangedError')
  expect(changes).toEqual([{ from: { username: 'ann' }, to: { username: 'bob' } }])
  stop()
  await client.signOut()
  expect(changes.length).toBe(1)
})

test('a sign-in of another person in another tab notifies here too', async () => {
  const { client } = await world.openSignedIn()
  const changes: unknown[] = []
  onSubjectChange(client, (change) => changes.push(change))

  await world.open().client.signIn(bob)
  await until(() => changes.length > 0)

  expect(changes).toEqual([{ from: { username: 'ann' }, to: { username: 'bob' } }])
})

test('a page that opens does not notify of the person who was signed in before', async () => {
  const first = await world.openSignedIn()
  first.client.destroy()
  world.signInElsewhere('bob')
  let release = () => {}
  const released = new Promise<undefined>((resolve) => {
    release = () => resolve(undefined)
  })
  let asked = false
  world.server.script = () => {
    asked = true
    return released
  }
  const { client } = world.open()
  // It remembers who was signed in last.
  await until(() => asked)
  const changes: unknown[] = []
  onSubjectChange(client, (change) => changes.push(change))
  release()

  await until(() => client.state === 'active')

  expect([client.user, changes]).toEqual([{ username: 'bob' }, []])
})

function renamed(sid: string) {
  const payload = Buffer.from(JSON.stringify({ sub: 'ann', sid, jti: 'renamed' })).toString('base64url')
  return {
    body: {
      access_token: `x.${payload}.x`,
      token_type: 'Bearer',
      expires_in: 300,
      session: { id: sid, generation: 1, idle_expires_in: 3600, absolute_expires_in: 3600 },
      user: { username: 'ann', name: 'Ann' },
    },
  }
}
