import { expect } from 'vitest'
import { openBarePage } from './harness/bare-page.js'
import { refreshes } from './harness/figures.js'
import { expireToken, requestsAtOnce } from './harness/page-acts.js'
import { firstAccount, openPlayground } from './harness/playground.js'
import { openContext, story } from './harness/story.js'

const tabs = 4
const rounds = 20
const requests = 10

story(
  'four tabs that meet an expired token at one moment refresh once, in each of twenty rounds',
  async ({ browser }) => {
    const playground = await openPlayground({ accessTokenLifetime: 300 })
    const context = await openContext(browser)
    const options = { server: playground.auth.url, origins: [playground.api.url] }
    const open = () => openBarePage(context, playground.web.url, options)
    const first = await open()
    await first.evaluate((account) => window.client.signIn(account), firstAccount(playground))
    const pages = [first, ...(await Promise.all(Array.from({ length: tabs - 1 }, open)))]
    const counts: number[] = []

    for (let round = 0; round < rounds; round++) {
      // Each tab has the same token now, which it got from the one that refreshed.
      await Promise.all(pages.map((page) => page.evaluate(() => window.client.token())))
      await expireToken(first, playground)
      const before = await refreshes(playground)

      const answers = await Promise.all(pages.map((page) => requestsAtOnce(page, playground, requests)))

      expect(answers.flat()).toEqual(Array(tabs * requests).fill(200))
      counts.push((await refreshes(playground)) - before)
    }

    expect(counts).toEqual(Array(rounds).fill(1))
  },
)
