import { expect } from 'vitest'
import { act, openOrder, openShops, shopWays } from './harness/shop.js'
import { story } from './harness/story.js'

story.for(shopWays)(
  'ten jQuery calls with an expired token cause one refresh and get ten answers, with $where',
  async ({ refresh }, { browser }) => {
    const shop = (await openShops())[refresh]
    const page = await openOrder(browser, shop)

    await act(shop, 'expire')
    const before = shop.refreshes()
    await page.click('#stock')
    await page.waitForSelector('#stocks li:nth-child(10)')

    expect(shop.refreshes() - before).toBe(1)
    expect(await page.textContent('#news')).toContain('10 answers')
  },
)
