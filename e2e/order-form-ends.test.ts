import { expect } from 'vitest'
import { act, openOrder, openShops, ready, shopWays, signInAt } from './harness/shop.js'
import { story } from './harness/story.js'

story.for(shopWays)(
  'a changed password ends the other browser at its next visit and its next call, with $where',
  async ({ refresh }, { browser }) => {
    const shops = await openShops()
    const shop = shops[refresh]
    const [here, there] = [await openOrder(browser, shop), await openOrder(browser, shop)]

    await here.goto(`${shop.url}/account`)
    await ready(here)
    await here.fill('#password [name=current]', shops.accounts[0]!.password)
    await here.fill('#password [name=next]', 'another horse 42')
    await here.click('#password button')
    await here.waitForFunction(() => document.querySelector('#news')?.textContent !== '')
    await there.click('nav a[href="/orders"]')
    await there.waitForURL(/\/sign-in/)

    expect(await there.textContent('#reason')).toContain('password was changed')
    await here.click('nav a[href="/orders"]')
    await here.waitForURL(`${shop.url}/orders`)
  },
)

story.for(shopWays)(
  'a disabled account is signed out at once, and can sign in when it is enabled, with $where',
  async ({ refresh }, { browser }) => {
    const shop = (await openShops())[refresh]
    const page = await openOrder(browser, shop)

    await act(shop, 'disable')
    const status = await page.evaluate(
      async () => (await fetch('/orders', { headers: { accept: 'text/html' } })).status,
    )
    expect(status).toBe(401)
    await page.goto(`${shop.url}/orders`)
    await page.waitForURL(/\/sign-in/)
    expect(await page.textContent('#reason')).toContain('disabled')
    await act(shop, 'enable')
    await signInAt(page)
    await page.waitForURL(`${shop.url}/orders`)
  },
)

story('a sign-in with a return address on another site goes home', async ({ browser }) => {
  const shop = (await openShops()).interstitial
  const page = await openOrder(browser, shop)
  for (const target of hostile) {
    await page.goto(`${shop.url}/sign-in?return_to=${encodeURIComponent(target)}`)
    await signInAt(page)
    await page.waitForURL((url) => url.pathname !== '/sign-in')
    expect(new URL(page.url()).origin, target).toBe(shop.url)
  }
})

const hostile = ['//e.test', '/\\e.test', '/%5Ce.test/..//e.test', 'https:e.test', '/\t/e.test', 'javascript:alert(1)']
