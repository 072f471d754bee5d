import { expect } from 'vitest'
import { openBarePage } from './harness/bare-page.js'
import { expireToken, fault, requestsAtOnce } from './harness/page-acts.js'
import { firstAccount, openPlayground } from './harness/playground.js'
import { openContext, story } from './harness/story.js'

story(
  'while the auth server is away nobody is signed out and nothing hangs, and it goes on by itself afterwards',
  async ({ browser }) => {
    const playground = await openPlayground({ accessTokenLifetime: 300 })
    const context = await openContext(browser)
    const options = { server: playground.auth.url, origins: [playground.api.url], patience: 0 }
    const page = await openBarePage(context, playground.web.url, options)
    await page.evaluate((account) => window.client.signIn(account), firstAccount(playground))
    await page.evaluate(() => {
      const heard = window as unknown as { heard: string[] }
      heard.heard = []
      for (const name of ['signout', 'reauth', 'degraded'] as const) {
        window.client.on(name, () => heard.heard.push(name))
      }
    })
    await expireToken(page, playground)
    await fault(page, playground, 'away', { seconds: 10 })

    const during = await requestsAtOnce(page, playground, 10)

    expect(during).toEqual(Array(10).fill('RefreshUnavailableError'))
    expect(await page.evaluate(() => window.client.state)).toBe('degraded')
    // Nobody asks it for anything: the client comes back by itself.
    await page.waitForFunction(() => window.client.state === 'active', undefined, { timeout: 40_000 })
    expect(await requestsAtOnce(page, playground, 10)).toEqual(Array(10).fill(200))
    const heard = await page.evaluate(() => (window as unknown as { heard: string[] }).heard)
    expect(heard).toContain('degraded')
    expect(heard).not.toContain('signout')
    expect(heard).not.toContain('reauth')
    expect((await playground.figures()).session_started).toBe(1)
  },
)
