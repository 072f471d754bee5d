import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { openPageOf, requestsAtOnce, signIn } from './harness/page-client.js'
import { openPlainHttp } from './harness/plain-http.js'
import { openContext, story, storyIn } from './harness/story.js'
import { openSystem } from './harness/system.js'

const live = { live: true }
/** Milliseconds: half a heartbeat, so that nothing but the event itself can have told. How fast that is, `bench/live` says. */
const timeout = 10_000

/** Resolves when the page knows that the session has ended. @returns the reason, once the page has been asked nothing else. */
async function reasonOf(page: Page): Promise<unknown> {
  await page.waitForFunction(() => window.client.reason !== undefined, undefined, { timeout, polling: 20 })
  return await page.evaluate(() => window.client.reason)
}

storyIn('chromium', 'firefox')(
  'a second browser replaces the session of the first, which learns of it without sending a request',
  async ({ browser }) => {
    const policy = { maxSessions: 1, per: 'subject', onExceed: 'replace' } as const
    const system = await openSystem({ policy })
    const [first, second] = await Promise.all(
      [live, {}].map(async (options) => openPageOf(system, await openContext(browser), options)),
    )
    await signIn(first!, system.accounts[0])
    await expect.poll(() => system.auth.server.figures().live_streams).toBe(1)
    const sent: string[] = []
    first!.on('request', (request) => sent.push(request.url()))

    await signIn(second!, system.accounts[0])

    expect(await reasonOf(first!)).toBe('session_replaced')
    expect(await first!.evaluate(() => window.client.replacedBy)).toMatchObject({ device: {} })
    expect(sent).toEqual([])
    expect(await requestsAtOnce(second!, system, 1)).toEqual([200])
  },
)

story('an end by the administrator is shown at once in every tab', async ({ browser }) => {
  const system = await openSystem()
  const context = await openContext(browser)
  const page = await openPageOf(system, context, live)
  await signIn(page, system.accounts[0])
  const other = await openPageOf(system, context, live)
  await expect.poll(() => system.auth.server.figures().live_streams).toBe(1)
  const sid = (await page.evaluate(() => window.client.session?.id))!

  await system.auth.server.sessions.end(sid, 'account_disabled')

  expect(await Promise.all([page, other].map((one) => reasonOf(one)))).toEqual(Array(2).fill('account_disabled'))
})

const ways = {
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
  storyOfIt(`another tab hears of the end when the one with the stream has ${way}`, async ({ browser }) => {
    const system = await openSystem()
    const context = await openContext(browser)
    const page = await openPageOf(system, context, live)
    await signIn(page, system.accounts[0])
    await expect.poll(() => system.auth.server.figures().live_streams).toBe(1)
    const other = await openPageOf(system, context, live)
    await other.waitForFunction(() => window.client.state === 'active')
    const sid = (await other.evaluate(() => window.client.session?.id))!

    await end(page)
    await system.auth.server.sessions.end(sid)

    expect(await reasonOf(other)).toBe('session_revoked')
  })
}

storyIn('chromium', 'firefox')(
  'eight tabs on plain http have one stream, and the next tab takes it over',
  async ({ browser }) => {
    const { system, open } = await openPlainHttp()
    const context = await openContext(browser)
    const first = await open(context, live)
    await signIn(first, system.accounts[0])
    const streams = () => system.auth.server.figures().live_streams
    await expect.poll(streams, { timeout }).toBe(1)
    const pages = await Promise.all(Array.from({ length: 7 }, () => open(context, live)))

    expect(await first.evaluate(() => navigator.locks)).toBeUndefined()
    expect(await requestsAtOnce(pages[6]!, system, 1)).toEqual([200])
    expect(streams()).toBe(1)
    await first.close()
    await expect.poll(streams, { timeout }).toBe(1)
    await system.auth.server.sessions.endAll({ subject: await subjectOf(pages[0]!) })
    expect(await Promise.all(pages.map((page) => reasonOf(page)))).toEqual(Array(7).fill('session_revoked'))
  },
)

function subjectOf(page: Page): Promise<string> {
  return page.evaluate(async () => JSON.parse(atob((await window.client.token()).split('.')[1]!)).sub as string)
}
