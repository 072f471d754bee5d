import { expect } from 'vitest'
import { refreshes } from './harness/figures.js'
import { openPageOf, requestsAtOnce, signIn } from './harness/page-client.js'
import { openContext, story } from './harness/story.js'
import { openSystem } from './harness/system.js'

story('a hundred requests with an expired token cause one refresh, and all are answered', async ({ browser }) => {
  const system = await openSystem()
  const page = await openPageOf(system, await openContext(browser))
  await signIn(page, system.accounts[0])
  system.expireAccessTokens()
  const before = refreshes(system)

  const statuses = await requestsAtOnce(page, system, 100)

  expect(statuses).toEqual(Array(100).fill(200))
  expect(refreshes(system) - before).toBe(1)
})
