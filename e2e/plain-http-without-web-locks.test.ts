import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { requestsAtOnce, signIn } from './harness/page-client.js'
import { openPlainHttp } from './harness/plain-http.js'
import { openContext, story, storyIn } from './harness/story.js'

/** Until the next page is active, in milliseconds. */
const soon = 3000

const startRefresh = (page: Page) =>
  page.evaluate(() => {
    // The access token goes: no other tab has one either.
    void window.client.token().then((refused) => window.client.token({ refused }))
  })

const ways = {
  reloaded: (page: Page) => page.reload(),
  closed: (page: Page) => page.close(),
  crashed: async (page: Page) => {
    const session = await page.context().newCDPSession(page)
    // Never answered: what would answer is gone.
    void session.send('Page.crash').catch(() => {})
    await page.waitForEvent('crash')
  },
}

for (const [way, end] of Object.entries(ways)) {
  const storyOfIt = way === 'crashed' ? storyIn('chromium') : story
  storyOfIt(`a page that is ${way} in the middle of a refresh does not hold up the next one`, async ({ browser }) => {
    const { system, open, hangRefreshes, hanging } = await openPlainHttp()
    const context = await openContext(browser)
    const page = await open(context)
    expect(await page.evaluate(() => [navigator.locks, isSecureContext])).toEqual([undefined, false])
    await signIn(page, system.accounts[0])
    const answerAgain = hangRefreshes()
    await startRefresh(page)
    await hanging()
    answerAgain()

    await end(page)
    const next = way === 'reloaded' ? page : await open(context)
    await next.waitForFunction(() => window.client.state === 'active', undefined, { timeout: soon })

    expect(await requestsAtOnce(next, system, 3)).toEqual([200, 200, 200])
  })
}

story('four tabs settle within the lock timeout while the auth server never answers', async ({ browser }) => {
  const { system, open, hangRefreshes } = await openPlainHttp()
  const context = await openContext(browser)
  const first = await open(context)
  await signIn(first, system.accounts[0])
  const pages = [first, ...(await Promise.all([1, 2, 3].map(() => open(context))))]
  await Promise.all(pages.map((page) => page.evaluate(() => window.client.token())))
  system.expireAccessTokens()
  hangRefreshes()

  const settled = Promise.all(pages.map((page) => requestsAtOnce(page, system, 3)))
  const limit = new Promise((resolve) => setTimeout(() => resolve('not settled'), 18_000))

  expect(await Promise.race([settled, limit])).toEqual(Array(4).fill(Array(3).fill('RefreshUnavailableError')))
})
