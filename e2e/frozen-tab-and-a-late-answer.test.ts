import type { RequestListener } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { blankPage, isRefresh } from '@sessionward/example-harness'
import { requestListener } from '@sessionward/server/node'
import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { openPageOf, requestsAtOnce, signIn } from './harness/page-client.js'
import { openContext, story } from './harness/story.js'
import { openSystem } from './harness/system.js'

story(
  'an answer that reaches a frozen tab after two refreshes of another tab signs nobody out',
  async ({ browser }) => {
    const system = await openSystem()
    const { serve, held, release } = holdNextRefresh(requestListener(system.auth.server))
    system.page.serve(serve)
    const context = await openContext(browser)
    const options = { server: system.page.url, timeouts: { request: 2, lock: 3 } }
    const open = () => openPageOf(system, context, options)
    const [frozen, other] = [await open(), await open()]
    await signIn(frozen, system.accounts[0])
    await other.waitForFunction(() => window.client.state === 'active')
    const answered = held()
    await startRefresh(frozen)
    await answered

    await freeze(frozen, 8)
    for (let time = 0; time < 2; time++) await startRefresh(other, true)
    release()
    await sleep(500)
    // Later than a race.
    system.clock.advance(11)
    await startRefresh(other, true)

    expect(await requestsAtOnce(other, system, 1)).toEqual([200])
    expect(await requestsAtOnce(frozen, system, 1)).toEqual([200])
    expect(system.auth.server.figures().session_revoked ?? 0).toBe(0)
  },
)

/** Page and auth server on one origin; an answer to a refresh is held back, cookie and all. */
function holdNextRefresh(answer: RequestListener) {
  let release = () => {}
  let notice: (() => void) | undefined
  const serve: RequestListener = (request, response) => {
    if (!request.url!.startsWith('/auth/')) return blankPage(request, response)
    const noticed = isRefresh(request) ? notice : undefined
    if (noticed) {
      notice = undefined
      const { writeHead, end } = response
      const calls: (() => unknown)[] = []
      release = () => {
        for (const call of calls) call()
      }
      response.writeHead = ((...given: Parameters<typeof writeHead>) => {
        calls.push(() => writeHead.apply(response, given))
        return response
      }) as typeof writeHead
      response.end = ((...given: Parameters<typeof end>) => {
        calls.push(() => end.apply(response, given))
        noticed()
        return response
      }) as typeof end
    }
    answer(request, response)
  }
  const held = () => new Promise<void>((resolve) => (notice = resolve))
  return { serve, held, release: () => release() }
}

async function startRefresh(page: Page, wait = false): Promise<void> {
  await page.evaluate(async (wait) => {
    const refused = await window.client.token()
    const refreshed = window.client.token({ refused })
    if (wait) await refreshed
  }, wait)
}

/**
 * What a freeze is to a page: the event, and then no task of it runs for so many seconds. Chromium freezes only pages that
 * nobody sees, and Playwright's pages are always seen.
 */
async function freeze(page: Page, seconds: number): Promise<void> {
  await page.evaluate((milliseconds) => {
    document.dispatchEvent(new Event('freeze'))
    setTimeout(() => {
      const end = performance.now() + milliseconds
      while (performance.now() < end);
    }, 50)
  }, seconds * 1000)
}
