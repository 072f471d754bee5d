import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { openPageOf, requestsAtOnce, signIn } from './harness/page-client.js'
import { openContext, story } from './harness/story.js'
import { openSystem } from './harness/system.js'

story(
  'requests with an expired token wait while the auth server is unavailable, and are answered when it is back',
  async ({ browser }) => {
    const system = await openSystem()
    const page = await openPageOf(system, await openContext(browser))
    await signIn(page, system.accounts[0])
    const emitted = await recordEvents(page)
    system.expireAccessTokens()
    const restore = system.auth.faults.takeDown()

    const requests = requestsAtOnce(page, system, 10)
    await page.waitForFunction(() => window.client.state === 'degraded')
    restore()

    expect(await requests).toEqual(Array(10).fill(200))
    expect(await emitted()).toEqual(['degraded'])
    expect(system.auth.server.figures().session_started).toBe(1)
  },
)

story(
  'an outage longer than `patience` rejects the requests, signs nobody out, and the client recovers by itself',
  async ({ browser }) => {
    const system = await openSystem()
    const page = await openPageOf(system, await openContext(browser), { patience: 1 })
    await signIn(page, system.accounts[0])
    const emitted = await recordEvents(page)
    system.expireAccessTokens()
    const restore = system.auth.faults.takeDown()

    const during = await requestsAtOnce(page, system, 10)

    expect(during).toEqual(Array(10).fill('RefreshUnavailableError'))
    expect(await page.evaluate(() => window.client.state)).toBe('degraded')
    restore()
    // No request asks for it: the client tries again by itself.
    await page.waitForFunction(() => window.client.state === 'active', undefined, { timeout: 40_000 })
    expect(await requestsAtOnce(page, system, 10)).toEqual(Array(10).fill(200))
    expect(new Set(await emitted())).toEqual(new Set(['degraded']))
    expect(system.auth.server.figures().session_started).toBe(1)
  },
)

/** @returns a function that reads which of three events the client has emitted since. */
async function recordEvents(page: Page): Promise<() => Promise<readonly string[]>> {
  await page.evaluate(() => {
    const emitted: string[] = []
    Object.assign(window, { emitted })
    for (const name of ['signout', 'reauth', 'degraded'] as const) window.client.on(name, () => emitted.push(name))
  })
  return () => page.evaluate(() => (window as unknown as { emitted: string[] }).emitted)
}
