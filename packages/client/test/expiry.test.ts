import { describe, expect, test } from 'vitest'
import { shareAhead, since } from '../src/expiry.js'
import { outcome, until, useWorld } from './support/world.js'

const world = useWorld()
const second = 1000

describe('an access token of 300 seconds', () => {
  test('is refreshed ahead after 80 to 90 % of them, while the page is seen', async () => {
    const tab = await world.openSignedIn()

    tab.pass(239 * second)
    await outcome(tab.client.fetch(world.hello))
    expect(world.server.refreshes()).toBe(0)
    tab.pass(32 * second)

    await until(() => world.server.refreshes() === 1)
  })

  test('is not refreshed ahead behind a hidden page, but as soon as it is seen', async () => {
    const tab = await world.openSignedIn()
    tab.visible = false
    tab.pass(295 * second)
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(world.server.refreshes()).toBe(0)

    tab.visible = true
    tab.wake()

    await until(() => world.server.refreshes() === 1)
  })

  test('is refreshed ahead by a request, which does not wait for it', async () => {
    const tab = await world.openSignedIn()
    tab.visible = false
    tab.pass(280 * second)
    world.server.script = () => ({ hang: true })

    expect(await outcome(tab.client.fetch(world.hello))).toBe('200')
    await until(() => world.server.refreshes() === 1)
  })

  test('is refreshed before a request when it has expired', async () => {
    const tab = await world.openSignedIn()
    tab.visible = false
    tab.pass(301 * second)

    expect(await outcome(tab.client.fetch(world.hello))).toBe('200')
    expect([world.server.refreshes(), world.server.apiCalls.length]).toEqual([1, 1])
  })

  test('has expired after a sleep in which only the wall clock went on', async () => {
    const tab = await world.openSignedIn()
    tab.pass(3600 * second, 'asleep')

    expect(await outcome(tab.client.fetch(world.hello))).toBe('200')
    expect([world.server.refreshes(), world.server.apiCalls.length]).toEqual([1, 1])
  })

  test('is judged by its lifetime alone where the wall clock is wrong, or set back', async () => {
    const tab = world.open()
    tab.setWallClock(-10 * 365 * 86_400 * second)
    await tab.client.signIn({ username: 'ann', password: 'right' })
    tab.setWallClock(-86_400 * second)
    expect(await outcome(tab.client.fetch(world.hello))).toBe('200')
    expect(world.server.refreshes()).toBe(0)
    tab.visible = false
    tab.pass(301 * second)

    await outcome(tab.client.fetch(world.hello))

    expect(world.server.refreshes()).toBe(1)
  })

  test('keeps its age when another tab gets it', async () => {
    const first = await world.openSignedIn()
    first.visible = false
    first.pass(200 * second)
    const other = world.open()
    await until(() => other.client.state === 'active')
    other.visible = false

    other.pass(101 * second)
    await outcome(other.client.fetch(world.hello))

    expect(world.server.refreshes()).toBe(1)
  })
})

test('a token of no lifetime is used all the same, and not refreshed in a circle', async () => {
  world.server.lifetime = 0
  const { client } = await world.openSignedIn()

  expect(await outcome(client.fetch(world.hello))).toBe('200')
  expect(world.server.refreshes()).toBe(1)
})

test('a token of a year does not overflow the timer', async () => {
  world.server.lifetime = 365 * 86_400
  const tab = await world.openSignedIn()
  await new Promise((resolve) => setTimeout(resolve, 50))

  expect(world.server.refreshes()).toBe(0)
  expect(tab.client.state).toBe('active')
})

test('time is the larger growth of the two clocks', () => {
  const clock = (monotonic: number, wall: number) =>
    ({ monotonic: () => monotonic, wall: () => wall }) as Parameters<typeof since>[1]

  expect(since({ monotonic: 10, wall: 1000 }, clock(15, 1005))).toBe(5)
  expect(since({ monotonic: 10, wall: 1000 }, clock(15, 9000))).toBe(8000)
  expect(since({ monotonic: 10, wall: 1000 }, clock(15, 0))).toBe(5)
})

test('the share after which a token is refreshed ahead is 85 % +-5 %', () => {
  expect([shareAhead(0), shareAhead(1)]).toEqual([0.8, 0.9])
})
