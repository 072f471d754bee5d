import { expect, test } from 'vitest'
import { RefreshUnavailableError } from '../src/index.js'
import { outcome, problem, until, useWorld } from './support/world.js'

const world = useWorld()

async function openThree(options = {}) {
  const first = await world.openSignedIn(options)
  const others = [1, 2].map(() => world.open(options))
  await until(() => others.every(({ client }) => client.state === 'active'))
  return [first, ...others]
}

test('tabs that wait for the failed refresh of another fail with it, and send none', async () => {
  const tabs = await openThree()
  world.server.expireAccessTokens()
  let asked = 0
  world.server.script = (path) => {
    if (path === 'refresh') asked++
    return { hang: true }
  }
  const requests = tabs.map(({ client }) => outcome(client.fetch(world.hello)))

  expect(await Promise.all(requests)).toEqual(Array(3).fill('RefreshUnavailableError'))
  expect(asked).toBe(1)
  expect(tabs.map(({ client }) => client.state)).toEqual(Array(3).fill('degraded'))
})

test('a tab that received a failure waits as long as the tab that sent it', async () => {
  const [first, second] = await openThree()
  world.server.expireAccessTokens()
  world.server.script = () => problem(503, 'service_unavailable', 'retry', { 'Retry-After': '100' })
  const request = outcome(second!.client.fetch(world.hello))
  await outcome(first!.client.fetch(world.hello))
  expect(await request).toBe('RefreshUnavailableError')
  await until(() => second!.client.state === 'degraded')
  const before = world.server.refreshes()
  const error = await second!.client.fetch(world.hello).catch((reason) => reason)

  expect(error).toBeInstanceOf(RefreshUnavailableError)
  expect([error.retryAfter > 90, String(error.cause)]).toEqual([true, expect.stringContaining('503')])
  second!.wake()
  await new Promise((resolve) => setTimeout(resolve, 50))
  expect(world.server.refreshes()).toBe(before)
})

test('a tab with a good access token ignores the failure of another', async () => {
  const [first, second] = await openThree()
  const degraded: unknown[] = []
  second!.client.on('degraded', (event) => degraded.push(event))
  world.server.script = () => ({ status: 503 })
  await outcome(first!.client.token({ refused: await first!.client.token() }))
  await new Promise((resolve) => setTimeout(resolve, 20))

  expect([second!.client.state, degraded]).toEqual(['active', []])
})

test('a failure that a frozen tab receives much later is ignored', async () => {
  const [first, second] = await openThree()
  second!.frozen = true
  world.server.script = () => ({ status: 503 })
  world.server.expireAccessTokens()
  await outcome(first!.client.fetch(world.hello))
  second!.pass(400_000, 'asleep')
  world.server.script = undefined

  second!.thaw()

  expect(second!.client.state).toBe('active')
  expect(await outcome(second!.client.fetch(world.hello))).toBe('200')
})

test('a refused refresh is also sent to the other tabs', async () => {
  const tabs = await openThree()
  const before = world.server.refreshes()
  world.server.expireAccessTokens()
  world.server.script = async () => {
    await new Promise((resolve) => setTimeout(resolve, 50))
    return problem(403, 'origin_not_allowed', 'fix')
  }
  const requests = tabs.map(({ client }) => outcome(client.fetch(world.hello)))

  expect(await Promise.all(requests)).toEqual(Array(3).fill('RefreshRefusedError origin_not_allowed'))
  expect(world.server.refreshes() - before).toBe(1)
})
