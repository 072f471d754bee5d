import { chineseMessages, envelope } from '@sessionward/guard'
import { expect } from 'vitest'
import { refreshes } from './harness/figures.js'
import { openPageOf, signIn } from './harness/page-client.js'
import { openContext, story } from './harness/story.js'
import { openSystem } from './harness/system.js'

const business = envelope({
  ok: 10200,
  codes: { refresh: 10415, terminal: 10422, session_replaced: 10409, default: 10500 },
  status: 200,
  messages: chineseMessages,
})

story(
  'where every answer is HTTP 200 with a business code, the client refreshes once and learns the reason of an end',
  async ({ browser }) => {
    const system = await openSystem({ envelope: business })
    const page = await openPageOf(system, await openContext(browser))
    await signIn(page, system.accounts[0])
    const url = `${system.api.url}/api/hello`
    const ask = () =>
      page.evaluate(async (url) => {
        const response = await window.client.fetch(url)
        return [response.status, (await response.json()).code] as const
      }, url)
    const stale = await page.evaluate(() => window.client.token())
    system.expireAccessTokens()
    const before = refreshes(system)

    const answers = await Promise.all(Array.from({ length: 10 }, ask))

    expect(answers).toEqual(Array(10).fill([200, 10200]))
    expect(refreshes(system) - before).toBe(1)
    // A front end that knows nothing of Sessionward, with the expired token.
    const foreign = await fetch(url, { headers: { Authorization: `Bearer ${stale}` } })
    expect([foreign.status, foreign.headers.get('Cache-Control')]).toEqual([200, 'no-store'])
    expect(await foreign.json()).toMatchObject({ code: 10415, message: '访问令牌已过期。', data: null })

    const sid = await page.evaluate(() => window.client.session!.id)
    await system.auth.server.sessions.end(sid, 'session_replaced')
    await page.evaluate((url) => window.client.fetch(url).catch(() => {}), url)

    await page.waitForFunction(() => window.client.state === 'anonymous')
    expect(await page.evaluate(() => window.client.reason)).toBe('session_replaced')
  },
)
