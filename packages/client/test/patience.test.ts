import { describe, expect, test } from 'vitest'
import { outcome, problem, until, useWorld } from './support/world.js'

const world = useWorld()
const waits = { patience: 15 }

/** A tab with a refused access token, and a request that waits for an auth server that is unavailable. */
async function openWaiting(options = {}) {
  const tab = await world.openSignedIn({ ...waits, ...options })
  world.server.expireAccessTokens()
  world.server.script = () => ({ status: 503 })
  const request = outcome(tab.client.fetch(world.hello))
  await until(() => tab.client.state === 'degraded')
  return { tab, request }
}

const stillWaits = async (request: Promise<string>) => {
  await new Promise((resolve) => setTimeout(resolve, 20))
  return (await Promise.race([request, Promise.resolve('waits')])) === 'waits'
}

describe('a request that needs a token while the auth server is unavailable', () => {
  test('waits, and continues by itself', async () => {
    const { tab, request } = await openWaiting()
    expect(await stillWaits(request)).toBe(true)
    world.server.script = undefined

    tab.pass(1001)

    expect(await request).toBe('200')
  })

  test('continues as soon as the page is online again', async () => {
    const { tab, request } = await openWaiting()
    world.server.script = undefined

    tab.wake()

    expect(await request).toBe('200')
  })

  test('continues on a hidden page, where no timer refreshes', async () => {
    const { tab, request } = await openWaiting()
    tab.visible = false
    world.server.script = undefined

    tab.pass(1001)

    expect(await request).toBe('200')
  })

  test('is rejected with the cause when its patience is over, after further tries', async () => {
    const { tab, request } = await openWaiting()
    for (let second = 0; second < 14; second++) {
      tab.pass(1000)
      expect(await stillWaits(request)).toBe(true)
    }

    tab.pass(1001)

    expect(await request).toBe('RefreshUnavailableError')
    expect(world.server.refreshes()).toBeGreaterThan(3)
    await until(() => tab.client.state === 'degraded')
  })

  test('is rejected with the cause in the error', async () => {
    const { tab } = await openWaiting()
    const request = tab.client.fetch(world.hello).catch((error) => error)
    await new Promise((resolve) => setTimeout(resolve, 20))

    tab.pass(15_001)

    expect((await request).cause.message).toContain('503')
  })

  test('is rejected in time even if the auth server does not answer at all', async () => {
    // An attempt has a longer deadline than the request.
    const { tab, request } = await openWaiting({ timeouts: { request: 60, lock: 61 } })
    world.server.script = () => ({ hang: true })
    tab.pass(1001)
    await until(() => tab.client.state === 'refreshing')
    expect(await stillWaits(request)).toBe(true)

    tab.pass(14_001)

    expect(await request).toBe('RefreshUnavailableError')
  })

  test('can be aborted', async () => {
    const tab = await world.openSignedIn({ patience: 100 })
    world.server.expireAccessTokens()
    world.server.script = () => problem(503, 'service_unavailable', 'retry', { 'Retry-After': '100' })
    const abort = new AbortController()
    const request = outcome(tab.client.fetch(world.hello, { signal: abort.signal }))
    await until(() => tab.client.state === 'degraded')
    expect(await stillWaits(request)).toBe(true)

    abort.abort()

    expect(await request).toBe('AbortError')
  })

  test('is rejected with the reason if the session ends meanwhile', async () => {
    const { tab, request } = await openWaiting()

    await outcome(tab.client.signOut())

    expect(await request).toBe('SignedOutError signed_out')
  })

  test('does not wait with a patience of 0', async () => {
    const { request } = await openWaiting({ patience: 0 })

    expect(await request).toBe('RefreshUnavailableError')
  })
})

test('a token for a socket waits as a request does', async () => {
  const tab = await world.openSignedIn(waits)
  world.server.script = () => ({ status: 503 })
  const token = outcome(tab.client.token({ refused: await tab.client.token() }))
  await until(() => tab.client.state === 'degraded')
  expect(await stillWaits(token)).toBe(true)
  world.server.script = undefined

  tab.pass(1001)

  expect(await token).toBe('resolved')
})

describe('a request on a page that was reloaded during an outage', () => {
  async function reload() {
    const first = await world.openSignedIn()
    first.client.destroy()
    world.server.script = () => ({ status: 503 })
    const tab = world.open(waits)
    const request = outcome(tab.client.fetch(world.hello, { method: 'POST', body: 'from ann' }))
    await until(() => tab.client.state === 'degraded')
    expect(await stillWaits(request)).toBe(true)
    expect([tab.client.user, tab.client.session]).toEqual([{ username: 'ann' }, undefined])
    return { tab, request }
  }

  test('is sent as the person that the page shows', async () => {
    const { tab, request } = await reload()
    world.server.script = undefined
    tab.pass(1001)

    expect(await request).toBe('200')
    expect(world.server.apiCalls.map(({ subject }) => subject)).toEqual(['ann'])
  })

  test('is never sent without a token', async () => {
    const { tab } = await reload()
    const request = outcome(tab.client.fetch(world.hello))
    world.browser.jar.clear()
    world.server.script = undefined
    tab.pass(1001)

    expect(await request).toBe('SignedOutError refresh_token_missing')
    expect(world.server.apiCalls).toEqual([])
  })

  test('is never sent as another person who has signed in meanwhile', async () => {
    const { tab } = await reload()
    const request = tab.client.fetch(world.hello).catch((error) => error)
    const changed: unknown[] = []
    tab.client.on('subjectchange', ({ user }) => changed.push(user))
    world.signInElsewhere('bob')
    world.server.script = undefined
    tab.pass(1001)

    expect(await request).toMatchObject({ name: 'SessionChangedError', sent: false })
    expect(changed).toEqual([{ username: 'bob' }])
    expect(world.server.apiCalls).toEqual([])
  })
})

test('a page that opens during an outage shows no user after a sign-out', async () => {
  const first = await world.openSignedIn()
  await first.client.signOut()
  world.server.script = () => ({ status: 503 })

  const { client } = world.open()
  expect(await outcome(client.fetch(world.hello))).toBe('RefreshUnavailableError')

  expect([client.state, client.user]).toEqual(['unknown', undefined])
})
