import { expect } from 'vitest'
import { openBarePage } from './harness/bare-page.js'
import { expireToken, fault, requestsAtOnce } from './harness/page-acts.js'
import { firstAccount, openPlayground } from './harness/playground.js'
import { openContext, story } from './harness/story.js'

for (const transport of ['cookie', 'body'] as const) {
  story(`with ${transport} transport, three refresh answers lost in a row sign nobody out`, async ({ browser }) => {
    const playground = await openPlayground({ accessTokenLifetime: 300 })
    const context = await openContext(browser)
    const options = { server: playground.auth.url, origins: [playground.api.url], transport, patience: 0 }
    const page = await openBarePage(context, playground.web.url, options)
    await page.evaluate((account) => window.client.signIn(account), firstAccount(playground))
    const refreshesSent: number[] = []
    page.on('request', (request) => {
      if (request.method() === 'POST' && request.url().endsWith('/auth/refresh')) refreshesSent.push(Date.now())
    })

    for (let loss = 0; loss < 3; loss++) {
      await expireToken(page, playground)
      await fault(page, playground, 'lose')
      const sentBefore = refreshesSent.length
      const [lost] = await requestsAtOnce(page, playground, 1)
      // The loss is seen, so that this story cannot pass without one.
      expect(lost).toBe('RefreshUnavailableError')
      expect(refreshesSent.length).toBeGreaterThan(sentBefore)
      await page.waitForFunction(() => window.client.state === 'active', undefined, { timeout: 20_000 })
      expect(await requestsAtOnce(page, playground, 5)).toEqual([200, 200, 200, 200, 200])
    }

    const figures = await playground.figures()
    expect(figures.session_revoked ?? 0).toBe(0)
    expect(figures.session_started).toBe(1)
  })
}

story('a refresh answer that was lost longer ago than the raced window still signs nobody out', async ({ browser }) => {
  const playground = await openPlayground({ accessTokenLifetime: 300 })
  const context = await openContext(browser)
  const options = { server: playground.auth.url, origins: [playground.api.url] }
  const page = await openBarePage(context, playground.web.url, options)
  await page.evaluate((account) => window.client.signIn(account), firstAccount(playground))
  // Two rotations, so that the lost answer is one to a token which had a predecessor.
  for (let rotation = 0; rotation < 2; rotation++) {
    await expireToken(page, playground)
    await requestsAtOnce(page, playground, 1)
  }
  await expireToken(page, playground)
  await fault(page, playground, 'lose')
  const lost = page.waitForEvent('requestfailed', { predicate: (request) => request.url().endsWith('/auth/refresh') })
  // It waits for the auth server until its page is closed.
  void requestsAtOnce(page, playground, 1).catch(() => {})
  await lost
  // The tab is gone before it can try again, and comes back when the ten seconds of a race are over.
  await page.close()
  await new Promise((resolve) => setTimeout(resolve, 11_000))

  const later = await openBarePage(context, playground.web.url, options)
  await later.waitForFunction(() => window.client.state === 'active')

  expect(await requestsAtOnce(later, playground, 3)).toEqual([200, 200, 200])
  expect((await playground.figures()).session_revoked ?? 0).toBe(0)
})
