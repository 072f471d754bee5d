import { expect } from 'vitest'
import { refreshes } from './harness/figures.js'
import { arrive, openPagesSite } from './harness/pages-site.js'
import { openContext, story } from './harness/story.js'

story.for([
  { refresh: 'interstitial', local: false, where: 'a small page' },
  { refresh: 'interstitial', local: true, where: 'a small page and localStorage' },
  { refresh: 'redirect', local: false, where: 'the auth server' },
] as const)(
  'a guard whose clock is an hour ahead costs two refreshes at most, and ends at sign-in with the reason: $where',
  async ({ refresh, local }, { browser }) => {
    const site = await openPagesSite({ refresh, local, guardAhead: 3_600_000 })
    const page = await (await openContext(browser)).newPage()
    await site.signIn(page)
    const before = refreshes(site.system)

    await page.goto(`${site.url}/orders`)
    await page.waitForURL(/\/sign-in\?return_to=%2Forders&reason=/)
    const visits = site.requests.filter((request) => request.startsWith('GET /orders'))

    expect(new URL(page.url()).searchParams.get('reason')).toBe('access_token_expired')
    // With a cookie, the client of the page of sign-in makes one as well when it opens.
    expect(refreshes(site.system) - before).toBeLessThanOrEqual(local ? 2 : 3)
    expect(site.requests.filter((request) => request.includes('/arrive')).length).toBe(refresh === 'redirect' ? 2 : 0)
    expect(visits).toHaveLength(1)
    // The page of sign-in shows, although its browser holds a session that is good for nothing here.
    await arrive(page, 'Sign in')
  },
)

story('a browser that keeps no access cookie ends at sign-in, and not in a redirect loop', async ({ browser }) => {
  const site = await openPagesSite({ refresh: 'interstitial', local: true, losesCookies: true })
  const context = await openContext(browser)
  const page = await context.newPage()
  await site.signIn(page)
  await context.clearCookies()

  await page.goto(`${site.url}/orders`)
  await page.waitForURL(/\/sign-in/, { timeout: 20_000 })

  expect(new URL(page.url()).searchParams.get('reason')).toBe('access_token_missing')
  expect(site.requests.filter((request) => request === 'GET /orders')).toHaveLength(3)
})
