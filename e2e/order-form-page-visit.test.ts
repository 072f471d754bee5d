import { expect } from 'vitest'
import { act, openOrder, openShops, ready, shopWays } from './harness/shop.js'
import { story } from './harness/story.js'

story.for(shopWays)(
  'a visit with an expired token reaches its page through $where, without showing sign-in',
  async ({ refresh }, { browser }) => {
    const shops = await openShops()
    const shop = shops[refresh]
    const page = await openOrder(browser, shop)
    const seen: string[] = []
    page.on('framenavigated', (frame) => seen.push(new URL(frame.url()).pathname))

    await act(shop, 'expire')
    const before = shop.refreshes()
    await page.click('nav a[href="/orders"]')
    await page.waitForURL(`${shop.url}/orders`)
    await page.waitForSelector('#person')
    await ready(page)

    expect(await page.textContent('#person')).toBe('Ann')
    expect(seen).not.toContain('/sign-in')
    // With the cookie, the client of the page that opens refreshes too: it has no access token of its own.
    expect(shop.refreshes() - before).toBe(refresh === 'interstitial' ? 1 : 2)
  },
)
