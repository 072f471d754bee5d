import { expect } from 'vitest'
import { openPageOf, requestsAtOnce, signIn } from './harness/page-client.js'
import { openContext, story } from './harness/story.js'
import { openSystem } from './harness/system.js'

story(
  'while the auth server is unavailable nobody is signed out and nothing hangs, and the client recovers by itself',
  async ({ browser }) => {
    const system = await openSystem()
    const page = await openPageOf(system, await openContext(browser))
    await signIn(page, system.accounts[0])
    await page.evaluate(() => {
      const emitted: string[] = []
      Object.assign(window, { emitted })
      for (const name of ['signout', 'reauth', 'degraded'] as const) {
        window.client.on(name, () => emitted.push(name))
      }
    })
    system.expireAccessTokens()
    const restore = system.auth.faults.takeDown()

    const during = await requestsAtOnce(page, system, 10)

    expect(during).toEqual(Array(10).fill('RefreshUnavailableError'))
    expect(await page.evaluate(() => window.client.state)).toBe('degraded')
    restore()
    // No request asks for it: the client tries again by itself.
    await page.waitForFunction(() => window.client.state === 'active', undefined, { timeout: 40_000 })
    expect(await requestsAtOnce(page, system, 10)).toEqual(Array(10).fill(200))
    const emitted = await page.evaluate(() => (window as unknown as { emitted: string[] }).emitted)
    expect(emitted).toContain('degraded')
    expect(emitted).not.toContain('signout')
    expect(emitted).not.toContain('reauth')
    expect(system.auth.server.figures().session_started).toBe(1)
  },
)
