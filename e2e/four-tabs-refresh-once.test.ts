import { expect } from 'vitest'
import { refreshes } from './harness/figures.js'
import { openPageOf, requestsAtOnce, signIn } from './harness/page-client.js'
import { openContext, story } from './harness/story.js'
import { openSystem } from './harness/system.js'

const tabs = 4
const rounds = 20
const requests = 10

story(
  'four tabs that meet an expired token at one moment refresh once, in each of twenty rounds',
  async ({ browser }) => {
    const system = await openSystem()
    const context = await openContext(browser)
    const open = () => openPageOf(system, context)
    const first = await open()
    await signIn(first, system.accounts[0])
    const pages = [first, ...(await Promise.all(Array.from({ length: tabs - 1 }, open)))]
    const counts: number[] = []

    for (let round = 0; round < rounds; round++) {
      // Every tab holds the same token now: the one that refreshed has shared it.
      await Promise.all(pages.map((page) => page.evaluate(() => window.client.token())))
      system.expireAccessTokens()
      const before = refreshes(system)

      const answers = await Promise.all(pages.map((page) => requestsAtOnce(page, system, requests)))

      expect(answers.flat()).toEqual(Array(tabs * requests).fill(200))
      counts.push(refreshes(system) - before)
    }

    expect(counts).toEqual(Array(rounds).fill(1))
  },
)
