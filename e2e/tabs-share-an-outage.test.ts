import { expect } from 'vitest'
import { openPageOf, requestsAtOnce, signIn } from './harness/page-client.js'
import { openContext, story } from './harness/story.js'
import { openSystem } from './harness/system.js'

const tabs = 6

story('six tabs in an outage send about as many refreshes as one would, and all recover', async ({ browser }) => {
  const system = await openSystem()
  const context = await openContext(browser)
  const first = await openPageOf(system, context)
  await signIn(first, system.accounts[0])
  const others = Array.from({ length: tabs - 1 }, () => openPageOf(system, context))
  const pages = [first, ...(await Promise.all(others))]
  await Promise.all(pages.map((page) => page.evaluate(() => window.client.token())))
  system.expireAccessTokens()
  let refreshes = 0
  // In the browser, since Chromium repeats a request by itself whose connection breaks.
  await context.route('**/auth/refresh', (route) => {
    refreshes++
    return route.abort('connectionrefused')
  })

  const requests = Promise.all(pages.map((page) => requestsAtOnce(page, system, 3)))
  // One tab would have refreshed at 0, 1, 3 and 7 s, or a little earlier.
  await new Promise((resolve) => setTimeout(resolve, 9000))
  const sent = refreshes
  await context.unrouteAll()

  expect(await requests).toEqual(Array(tabs).fill([200, 200, 200]))
  expect(sent).toBeLessThanOrEqual(6)
  expect(system.auth.server.figures().session_started).toBe(1)
})
