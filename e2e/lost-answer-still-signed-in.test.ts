import { isRefresh } from '@sessionward/example-harness'
import { expect } from 'vitest'
import { openPageOf, requestsAtOnce, signIn } from './harness/page-client.js'
import { openContext, story } from './harness/story.js'
import { openSystem } from './harness/system.js'

for (const transport of ['cookie', 'body'] as const) {
  story(`with ${transport} transport, three refresh answers lost in a row sign nobody out`, async ({ browser }) => {
    const system = await openSystem()
    const page = await openPageOf(system, await openContext(browser), { transport })
    await signIn(page, system.accounts[0])

    for (let loss = 0; loss < 3; loss++) {
      system.expireAccessTokens()
      const lost = system.auth.faults.loseNextAnswer(isRefresh)
      const request = requestsAtOnce(page, system, 1)
      // Awaited, so that this story cannot pass without a loss.
      await lost
      await request
      await page.waitForFunction(() => window.client.state === 'active', undefined, { timeout: 20_000 })
      expect(await requestsAtOnce(page, system, 5)).toEqual([200, 200, 200, 200, 200])
    }

    const figures = system.auth.server.figures()
    expect(figures.session_revoked ?? 0).toBe(0)
    expect(figures.session_started).toBe(1)
  })
}

story('a refresh answer that was lost longer ago than the raced window still signs nobody out', async ({ browser }) => {
  const system = await openSystem()
  const context = await openContext(browser)
  const page = await openPageOf(system, context)
  await signIn(page, system.accounts[0])
  // Two rotations, so that the lost answer is one to a token that has a predecessor.
  for (let rotation = 0; rotation < 2; rotation++) {
    system.expireAccessTokens()
    await requestsAtOnce(page, system, 1)
  }
  system.expireAccessTokens()
  const lost = system.auth.faults.loseNextAnswer(isRefresh)
  void requestsAtOnce(page, system, 1).catch(() => {})
  await lost
  // The tab closes before it can try again, and the next one opens when the ten seconds of a race are over.
  await page.close()
  system.clock.advance(11)

  const later = await openPageOf(system, context)
  await later.waitForFunction(() => window.client.state === 'active')

  expect(await requestsAtOnce(later, system, 3)).toEqual([200, 200, 200])
  expect(system.auth.server.figures().session_revoked ?? 0).toBe(0)
})
