import { expect } from 'vitest'
import { refreshes } from './harness/figures.js'
import { arrive, forgetAccessCookie, openPagesSite } from './harness/pages-site.js'
import { openContext, story } from './harness/story.js'

const ways = ['interstitial', 'redirect'] as const

story.for(ways)(
  'six tabs that open at once with an expired token all reach their page: %s',
  async (refresh, { browser }) => {
    const site = await openPagesSite({ refresh })
    const context = await openContext(browser)
    const first = await context.newPage()
    await site.signIn(first)
    const pages = await Promise.all(Array.from({ length: 6 }, () => context.newPage()))
    site.system.expireAccessTokens()
    await forgetAccessCookie(context)

    await Promise.all(pages.map((page, i) => page.goto(`${site.url}/orders?tab=${i}`)))
    await Promise.all(pages.map((page) => arrive(page, 'Orders')))

    expect(pages.map((page) => page.url())).toEqual(pages.map((_, i) => `${site.url}/orders?tab=${i}`))
    expect(site.requests.filter((request) => request.includes('/sign-in?'))).toEqual([])
    await first.goto(`${site.url}/order`)
    await arrive(first, 'Order')
  },
)

story.for(ways)(
  'a link on another site, and a redirect within ours, arrive at a guarded page: no cookie is Strict (%s)',
  async (refresh, { browser }) => {
    const site = await openPagesSite({ refresh })
    const context = await openContext(browser)
    const page = await context.newPage()
    await site.signIn(page)
    await page.goto(`${site.url}/orders`)
    await arrive(page, 'Orders')
    site.system.expireAccessTokens()
    // Another site: cookies of localhost are not those of 127.0.0.1.
    await page.goto(`${site.system.page.url.replace('localhost', '127.0.0.1')}/`)
    await page.evaluate((href) => {
      document.body.innerHTML = `<a href="${href}">a mail</a>`
    }, `${site.url}/moved`)

    await page.click('a')
    await arrive(page, 'Orders')

    expect(page.url()).toBe(`${site.url}/orders`)
    expect((await context.cookies()).filter(({ sameSite }) => sameSite === 'Strict')).toEqual([])
  },
)

story.for(ways)(
  'a prefetch causes no refresh, and the click after it reaches its page: %s',
  async (refresh, { browser }) => {
    const site = await openPagesSite({ refresh })
    const context = await openContext(browser)
    const page = await context.newPage()
    await site.signIn(page)
    await page.goto(`${site.url}/orders`)
    await arrive(page, 'Orders')
    await page.evaluate(() => window.client.token())
    site.system.expireAccessTokens()
    const before = refreshes(site.system)
    const cookies = await context.cookies(site.url)

    const answered = page.waitForResponse(`${site.url}/order`)
    await page.evaluate(() => {
      document.head.insertAdjacentHTML('beforeend', '<link rel="prefetch" href="/order">')
      document.body.insertAdjacentHTML('beforeend', '<img src="/picture.png" alt=""><a href="/order">order</a>')
    })
    const picture = page.waitForResponse(`${site.url}/picture.png`)
    const prefetch = await answered
    expect([prefetch.status(), (await picture).status()]).toEqual([401, 401])
    expect(await prefetch.headerValue('content-type')).toBe('application/problem+json')
    expect(await prefetch.headerValue('set-cookie')).toBeNull()
    expect(refreshes(site.system)).toBe(before)
    expect(await context.cookies(site.url)).toEqual(cookies)

    await page.click('a')
    await arrive(page, 'Order')
  },
)
