import { expect, test } from 'vitest'
import { type ClientActivity, watchActivity } from '../../src/activity/watch-activity.js'
import type { TestTab } from '../support/browser.js'
import { ann, outcome, until, useWorld } from '../support/world.js'

const world = useWorld()
const waits = { patience: 15 }

function record({ client }: TestTab): ClientActivity[] {
  const activities: ClientActivity[] = []
  watchActivity(client, (activity) => void activities.push(activity))
  return activities
}

const inWords = (activities: readonly ClientActivity[]) => activities.map(({ type, phase }) => `${type} ${phase}`)

const waitsOf = (activities: readonly ClientActivity[]) =>
  activities.flatMap((one) => (one.phase === 'waiting' ? [`${one.id} ${one.reason}`] : []))

test('all steps of a refused request and of the refresh are reported, and never a token', async () => {
  const tab = await world.openSignedIn()
  const activities = record(tab)
  const [first] = [await tab.client.token()]
  world.server.expireAccessTokens()

  await tab.client.fetch(`${world.hello}?secret=1`, { method: 'POST', body: 'x' })

  expect(inWords(activities)).toEqual([
    'request accepted',
    'request sent',
    'request answered',
    'request waiting',
    'refresh sent',
    'refresh answered',
    'request sent',
    'request answered',
    'request settled',
  ])
  expect(activities).toMatchObject([
    { id: 1, method: 'POST', url: world.hello, at: expect.any(Number) },
    { id: 1, attempt: 1, jti: expect.any(String) },
    { id: 1, attempt: 1, status: 401, code: 'access_token_expired' },
    { id: 1, reason: 'refresh' },
    {},
    { status: 200, code: undefined, generation: 1 },
    { id: 1, attempt: 2, jti: expect.any(String) },
    { id: 1, attempt: 2, status: 200, code: undefined },
    { id: 1, outcome: 'answered' },
  ])
  for (const secret of [first, await tab.client.token(), 'secret', 'right'])
    expect(JSON.stringify(activities)).not.toContain(secret)
})

test('a request of a person who is not signed in is sent without a token, and does not wait', async () => {
  const tab = world.open()
  await until(() => tab.client.state === 'anonymous')
  const activities = record(tab)

  await tab.client.fetch(world.hello)

  expect(inWords(activities)).toEqual(['request accepted', 'request sent', 'request answered', 'request settled'])
  expect(activities[1]).toMatchObject({ attempt: 1, jti: undefined })
})

test('thirty requests on an expired token wait once each, for one refresh', async () => {
  const tab = await world.openSignedIn()
  const activities = record(tab)
  tab.pass(301_000)

  await Promise.all(Array.from({ length: 30 }, () => tab.client.fetch(world.hello)))

  const ids = Array.from({ length: 30 }, (_, index) => `${index + 1} refresh`)
  expect(waitsOf(activities).sort()).toEqual(ids.sort())
  expect(inWords(activities).filter((words) => words === 'refresh sent')).toHaveLength(1)
})

test('a request that is sent while the token is refreshed ahead does not wait', async () => {
  const tab = await world.openSignedIn()
  const activities = record(tab)
  tab.pass(280_000)

  await tab.client.fetch(world.hello)
  await until(() => inWords(activities).includes('refresh answered'))

  expect(waitsOf(activities)).toEqual([])
})

test('a request waits once, however often the refresh is tried', async () => {
  const tab = await world.openSignedIn(waits)
  const activities = record(tab)
  world.server.expireAccessTokens()
  world.server.script = () => (world.server.refreshes() < 3 ? { status: 503 } : undefined)
  const request = outcome(tab.client.fetch(world.hello))
  for (const tries of [1, 2, 3]) {
    await until(() => world.server.refreshes() === tries && tab.client.state === 'degraded')
    tab.pass(4001)
  }

  expect(await request).toBe('200')
  expect(waitsOf(activities)).toEqual(['1 refresh'])
})

test('a request without a network waits for it, and then for the person', async () => {
  const tab = await world.openSignedIn({ ...waits, timeouts: {}, onReauth: () => new Promise(() => {}) })
  const activities = record(tab)
  tab.online = false
  world.server.expireAccessTokens()
  world.server.script = () => ({ status: 503 })
  const request = outcome(tab.client.fetch(world.hello))
  await until(() => tab.client.state === 'degraded')
  for (const sid of world.server.sessions.keys()) world.server.end(sid, 'session_revoked')
  world.server.script = undefined
  tab.wake()
  await until(() => tab.client.state === 'reauth')
  await tab.client.signIn(ann)

  expect(await request).toBe('200')
  expect(waitsOf(activities)).toEqual(['1 offline', '1 sign-in'])
})

test('a request that fails is settled with the name of its error', async () => {
  const tab = await world.openSignedIn()
  const activities = record(tab)
  world.server.expireAccessTokens()
  world.server.script = () => ({ status: 503 })

  await outcome(tab.client.fetch(world.hello))

  expect(activities.at(-1)).toMatchObject({ phase: 'settled', outcome: 'failed', error: 'RefreshUnavailableError' })
})

test('each listener hears a step once, until it is removed', async () => {
  const tab = await world.openSignedIn()
  const heard: string[] = []
  const hear = (name: string) => watchActivity(tab.client, ({ phase }) => void heard.push(`${name} ${phase}`))
  const stop = hear('first')
  hear('second')

  await tab.client.fetch(world.hello)
  stop()
  await tab.client.fetch(world.hello)

  expect(heard.filter((words) => words.endsWith('settled'))).toEqual([
    'first settled',
    'second settled',
    'second settled',
  ])
})

test('a page that loads the module twice hears everything in both', async () => {
  const tab = await world.openSignedIn()
  const first = record(tab)
  // With a query it is another module.
  const copy = '../../src/activity/watch-activity.js?copy'
  const again: typeof import('../../src/activity/watch-activity.js') = await import(copy)
  const second: ClientActivity[] = []
  again.watchActivity(tab.client, (activity) => void second.push(activity))

  await tab.client.fetch(world.hello)

  expect(again.watchActivity).not.toBe(watchActivity)
  expect(inWords(first)).toEqual(['request accepted', 'request sent', 'request answered', 'request settled'])
  expect(second).toEqual(first)
})

test('a listener that throws breaks no request, and its error is reported', async () => {
  const tab = await world.openSignedIn()
  const reported: unknown[] = []
  const listeners = process.listeners('unhandledRejection')
  process.removeAllListeners('unhandledRejection')
  process.on('unhandledRejection', (error: unknown) => reported.push((error as Error).message))
  watchActivity(tab.client, () => {
    throw new Error('of the app')
  })

  const answer = await tab.client.fetch(world.hello)
  await until(() => reported.length === 4)
  process.removeAllListeners('unhandledRejection')
  for (const listener of listeners) process.on('unhandledRejection', listener)

  expect(answer.status).toBe(200)
  expect(new Set(reported)).toEqual(new Set(['of the app']))
})

test('says what it expects', async () => {
  const { client } = world.open()

  expect(() => watchActivity({} as never, () => {})).toThrow('expected what `createClient` returned')
  expect(() => watchActivity(client, 'log' as never)).toThrow('`listener` must be a function')
})
