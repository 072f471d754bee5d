import { expect } from 'vitest'
import { act, openShops, ready, shopWays, signInAt } from './harness/shop.js'
import { openContext, story } from './harness/story.js'

const hour = 3600

story.for(shopWays)(
  'a wall display shows new orders after a week, and covers them when its session ends, with $where',
  async ({ refresh }, { browser }) => {
    const shops = await openShops()
    const shop = shops[refresh]
    const context = await openContext(browser)
    await context.clock.install()
    const page = await context.newPage()
    await page.goto(`${shop.url}/display`)
    await signInAt(page)
    await page.waitForURL(`${shop.url}/display`)
    await ready(page)

    // The display asks by its own timer: nobody touches it.
    for (let passed = 0; passed < 7 * 24; passed += 6) {
      shops.clock.advance(6 * hour)
      shop.orders.place('Bob', { item: 'Toner', quantity: passed + 1 })
      await page.clock.fastForward(6 * hour * 1000)
      await expect.poll(() => page.textContent('#count')).toBe(String(passed / 6 + 1))
    }
    expect(await page.textContent('#latest li')).toContain('Toner')
    expect(await page.isVisible('#cover')).toBe(false)

    await act(shop, 'end-sessions')
    await page.clock.fastForward(10_000)
    await page.waitForSelector('#cover:not([hidden])')
    expect(await page.textContent('#cover')).toContain('sign in')
  },
)
