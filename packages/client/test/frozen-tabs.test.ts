import { expect, test } from 'vitest'
import { authServer } from '../src/backend/auth-server.js'
import type { Backend } from '../src/backend/backend.js'
import { outcome, until, useWorld } from './support/world.js'

const world = useWorld()

async function openTwo(options = {}) {
  const first = await world.openSignedIn(options)
  const second = world.open(options)
  await until(() => second.client.state === 'active')
  return [first, second] as const
}

test('a thawed tab does not treat tokens as fresh that another tab sent long ago', async () => {
  const [first, second] = await openTwo()
  second.frozen = true
  for (let round = 0; round < 3; round++) {
    world.server.expireAccessTokens()
    expect(await outcome(first.client.fetch(world.hello))).toBe('200')
  }
  world.server.expireAccessTokens()
  first.client.destroy()
  second.pass(301_000, 'asleep')

  const request = outcome(second.client.fetch(world.hello))
  await until(() => second.client.state === 'refreshing')
  second.thaw()

  expect(await request).toBe('200')
  expect(world.server.apiCalls.slice(-1).map(({ status }) => status)).toEqual([200])
  expect(world.server.apiCalls.filter(({ status }) => status === 401)).toHaveLength(3)
})

test('a thawed tab takes tokens of another tab that are still good', async () => {
  const [first, second] = await openTwo()
  second.frozen = true
  world.server.expireAccessTokens()
  await first.client.fetch(world.hello)
  const before = world.server.refreshes()

  second.thaw()

  expect(await second.client.token()).toBe(await first.client.token())
  expect(world.server.refreshes()).toBe(before)
})

/** A tab whose refresh is under way when the page is frozen. */
async function openFreezing(facts: Partial<Backend> = {}) {
  const { environment } = world.open()
  const seen = { asked: false, aborted: false }
  const watching: typeof environment.fetch = (request) => {
    seen.asked ||= request.url.endsWith('/refresh')
    request.signal.addEventListener('abort', () => {
      seen.aborted = true
    })
    return environment.fetch(request)
  }
  const origin = world.server.origin
  const watched = { ...environment, fetch: watching }
  const backend = authServer(origin, {}, watched)
  const tab = await world.openSignedIn({ patience: 15, server: { connect: () => ({ ...backend, ...facts }) } })
  seen.asked = false
  world.server.script = () => ({ hang: true })
  world.server.expireAccessTokens()
  const request = outcome(tab.client.fetch(world.hello))
  await until(() => seen.asked)
  tab.hide()
  return { tab, request, seen }
}

test('a tab that is frozen during a refresh gives it up, and goes on when it wakes', async () => {
  const { tab, request, seen } = await openFreezing()
  expect([seen.aborted, tab.client.state]).toEqual([true, 'degraded'])
  world.server.script = undefined

  tab.wake()

  expect(await request).toBe('200')
})

test('a tab that is frozen during a refresh waits for an answer that must not be lost', async () => {
  const { tab, seen } = await openFreezing({ confirms: false })

  expect([seen.aborted, tab.client.state]).toEqual([false, 'refreshing'])
})
