import { expect } from 'vitest'
import { openBarePage } from './harness/bare-page.js'
import { refreshes } from './harness/figures.js'
import { expireToken, requestsAtOnce } from './harness/page-acts.js'
import { firstAccount, openPlayground } from './harness/playground.js'
import { openContext, story } from './harness/story.js'

story('a hundred requests that meet an expired token cost one refresh, and all are answered', async ({ browser }) => {
  const playground = await openPlayground({ accessTokenLifetime: 300 })
  const context = await openContext(browser)
  const options = { server: playground.auth.url, origins: [playground.api.url] }
  const page = await openBarePage(context, playground.web.url, options)
  await page.evaluate((account) => window.client.signIn(account), firstAccount(playground))
  await expireToken(page, playground)
  const before = await refreshes(playground)

  const statuses = await requestsAtOnce(page, playground, 100)

  expect(statuses).toEqual(Array(100).fill(200))
  expect((await refreshes(playground)) - before).toBe(1)
})
