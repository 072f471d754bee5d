import { expect, test } from 'vitest'
import { browserEnvironment, createClient } from '../src/index.js'
import { ann, outcome, until, useWorld } from './support/world.js'

const world = useWorld()

test('signs in, refreshes once for a hundred requests on an expired token, and signs out', async () => {
  const { client } = await world.openSignedIn()
  world.server.expireAccessTokens()

  const answers = await Promise.all(Array.from({ length: 100 }, (_, n) => client.fetch(`${world.hello}?${n}`)))

  expect(answers.map((answer) => answer.status)).toEqual(Array(100).fill(200))
  expect(world.server.refreshes()).toBe(1)
  await client.signOut()
  expect(client.state).toBe('anonymous')
  expect([...world.server.sessions.values()].map((session) => session.ended)).toEqual(['signed_out'])
})

test('exists once in a page, however often it is created, with the latest callbacks', async () => {
  const { environment, client } = world.open()
  const options = { server: world.server.origin, origins: [world.server.api], environment }
  const called: string[] = []

  const again = createClient({ ...options, onReauth: () => void called.push('latest') })
  const other = createClient({ ...options, clientId: 'other' })
  await again.signIn(ann)
  for (const sid of world.server.sessions.keys()) world.server.end(sid, 'session_revoked')
  world.server.expireAccessTokens()
  void outcome(client.fetch(world.hello))
  await until(() => called.length > 0)

  expect(again).toBe(client)
  expect(other).not.toBe(client)
  expect(called).toEqual(['latest'])
  other.destroy()
})

test('sends the token to the origins of the latest call, and no longer to those of the one before', async () => {
  const { client, environment } = await world.openSignedIn({ origins: ['https://old.example'] })
  const seen: Record<string, boolean> = {}
  ;(environment as { fetch: typeof environment.fetch }).fetch = async (request) => {
    seen[new URL(request.url).origin] = request.headers.has('Authorization')
    return new Response()
  }

  createClient({ server: world.server.origin, origins: ['https://new.example'], environment })
  await client.fetch('https://new.example/x')
  await client.fetch('https://old.example/x')

  expect(seen).toEqual({ 'https://new.example': true, 'https://old.example': false })
})

test('that is destroyed rejects waiting requests, does nothing more, and can be created again', async () => {
  const tab = await world.openSignedIn({ onReauth: () => {} })
  for (const sid of world.server.sessions.keys()) world.server.end(sid, 'session_revoked')
  world.server.expireAccessTokens()
  const waiting = outcome(tab.client.fetch(world.hello))
  await until(() => tab.client.state === 'reauth')

  tab.client.destroy()

  expect(await waiting).toBe('SignedOutError destroyed')
  expect(await outcome(tab.client.fetch(world.hello))).toBe('SignedOutError destroyed')
  expect(await outcome(tab.client.token())).toBe('SignedOutError destroyed')
  const next = createClient({ server: world.server.origin, environment: tab.environment })
  expect(next).not.toBe(tab.client)
  next.destroy()
})

test('has methods that need no `this`, and a type for the person', async () => {
  interface Person {
    readonly username: string
  }
  const { environment } = world.open()
  const options = { server: world.server.origin, origins: [world.server.api], environment, clientId: 'typed' }
  const client = createClient<Person>({ ...options, onReauth: ({ user }) => user?.username })
  const { fetch, signIn, adopt, token, on } = client
  const names: string[] = []
  on('subjectchange', ({ user }) => names.push(user.username))

  const user: Person = await signIn({ ...ann, captcha: 'solved', device: { class: 'phone' } })
  const adopted: Person | undefined = await adopt()

  expect([user.username, adopted?.username, client.user?.username]).toEqual(['ann', 'ann', 'ann'])
  expect(await outcome(fetch(world.hello))).toBe('200')
  expect(await token()).toContain('.')
  client.destroy()
})

test('sends all further fields of a sign-in', async () => {
  const tab = world.open()
  const bodies: unknown[] = []
  const { fetch } = tab.environment
  ;(tab.environment as { fetch: typeof fetch }).fetch = async (request) => {
    if (request.url.endsWith('/login')) bodies.push(await request.clone().json())
    return fetch(request)
  }

  await tab.client.signIn({ ...ann, captcha: 'solved', device: { class: 'phone' } })

  expect(bodies).toEqual([{ ...ann, captcha: 'solved', device: { class: 'phone' }, transport: 'cookie' }])
})

test('on a server shares no instance, opens no timer or channel, and sends no request', async () => {
  const environment = browserEnvironment()
  const options = { server: world.server.origin, origins: [world.server.api], transport: 'body' } as const

  const [one, other] = [createClient(options), createClient(options)]
  await one.signIn(ann)

  expect(environment.page).toBeUndefined()
  expect(one).not.toBe(other)
  expect(other.state).toBe('unknown')
  expect(await outcome(other.fetch(world.hello))).toBe('200')
  expect(other.state).toBe('anonymous')
  world.server.expireAccessTokens()
  expect(await outcome(one.fetch(world.hello))).toBe('200')
  expect(world.server.calls.map(({ path }) => path)).toEqual(['login', 'refresh'])
  expect(environment.openChannel('x')).toBeUndefined()
})

test('calls a subscriber after every change, until it unsubscribes', async () => {
  const { client } = world.open()
  const states: string[] = []
  const unsubscribe = client.subscribe(() => states.push(client.state))

  await client.signIn(ann)
  world.server.expireAccessTokens()
  await client.fetch(world.hello)
  await client.signOut()
  unsubscribe()
  await client.signIn(ann)

  expect(states).toEqual(['active', 'refreshing', 'active', 'anonymous', 'anonymous'])
})

test('continues if a listener throws, and reports the error', async () => {
  const { client } = world.open()
  const reported: unknown[] = []
  const listeners = process.listeners('unhandledRejection')
  process.removeAllListeners('unhandledRejection')
  process.on('unhandledRejection', (error: unknown) => reported.push((error as Error).message))
  client.on('refresh', () => {
    throw new Error('of the app')
  })

  await client.signIn(ann)
  await until(() => reported.length > 0)
  process.removeAllListeners('unhandledRejection')
  for (const listener of listeners) process.on('unhandledRejection', listener)

  expect(client.state).toBe('active')
  expect(reported).toEqual(['of the app'])
})
