import { expect } from 'vitest'
import { refreshes } from './harness/figures.js'
import { arrive, forgetAccessCookie, openPagesSite } from './harness/pages-site.js'
import { openContext, story } from './harness/story.js'

story.for([
  { refresh: 'interstitial', local: false, where: 'a small page, with the refresh token in a cookie' },
  { refresh: 'interstitial', local: true, where: 'a small page, with the refresh token in localStorage' },
  { refresh: 'redirect', local: false, where: 'the auth server, without a script' },
] as const)('a page visit with an expired token arrives through $where', async ({ refresh, local }, { browser }) => {
  const site = await openPagesSite({ refresh, local })
  const context = await openContext(browser)
  const page = await context.newPage()
  await site.signIn(page)
  await page.goto(`${site.url}/orders?page=2#row-7`)
  await arrive(page, 'Orders')
  const subject = await page.textContent('#subject')

  site.system.expireAccessTokens()
  const before = refreshes(site.system)
  await page.goto(`${site.url}/order`)
  await arrive(page, 'Order')
  await page.goto(`${site.url}/orders?page=2#row-7`)
  await arrive(page, 'Orders')

  expect(page.url()).toBe(`${site.url}/orders?page=2#row-7`)
  expect(await page.textContent('#subject')).toBe(subject)
  // One for the visit; with a cookie, the client of each page that opens makes one as well.
  expect(refreshes(site.system) - before).toBe(local ? 1 : 3)
  expect(site.requests.filter((request) => request.includes('/sign-in'))).toHaveLength(1)
  // A browser that was closed has no access cookie; a page that is visited then arrives too.
  await forgetAccessCookie(context)
  await page.goto(`${site.url}/orders`)
  await arrive(page, 'Orders')
  const cookies = await context.cookies(site.url)
  expect(cookies.find(({ name }) => name === 'access_token')).toMatchObject({
    httpOnly: true,
    sameSite: 'Lax',
    expires: -1,
  })
  expect(cookies.filter(({ sameSite }) => sameSite === 'Strict')).toEqual([])
})
