import { expect } from 'vitest'
import { act, openOrder, openShops, ready, shopWays, signInAt, writeOrder } from './harness/shop.js'
import { story } from './harness/story.js'

story(
  'a form that is sent with an expired token is submitted exactly once after the interstitial',
  async ({ browser }) => {
    const shop = (await openShops()).interstitial
    const page = await openOrder(browser, shop)
    await writeOrder(page, 'for the second floor')

    await act(shop, 'expire')
    await page.click('#order [type=submit]')
    await page.waitForURL(/\/orders\?placed=1$/)
    await ready(page)

    expect(shop.orders.all()).toMatchObject([{ by: 'Ann', item: 'Toner', quantity: 7, note: 'for the second floor' }])
    // Neither a reload nor going back and forth sends it again.
    await page.reload()
    await page.goBack()
    await page.waitForSelector('#order')
    await page.goForward()
    await page.waitForSelector('#orders')
    expect(shop.orders.all()).toHaveLength(1)
  },
)

story('a form that the redirect cannot carry is shown again as it was filled in', async ({ browser }) => {
  const shop = (await openShops()).redirect
  const page = await openOrder(browser, shop)
  await writeOrder(page, 'for the second floor')

  await act(shop, 'expire')
  await page.click('#order [type=submit]')
  await page.waitForFunction(() => document.querySelector('#news')?.textContent !== '')
  expect(shop.orders.all()).toEqual([])
  expect(await page.inputValue('#order textarea')).toBe('for the second floor')
  await page.click('#order [type=submit]')
  await page.waitForURL(/\/orders\?placed=1$/)
  expect(shop.orders.all()).toMatchObject([{ note: 'for the second floor', quantity: 7 }])
})

story.for(shopWays)(
  'an order that a script sends after the end of the session waits for the sign-in dialog, with $where',
  async ({ refresh }, { browser }) => {
    const shops = await openShops()
    const shop = shops[refresh]
    const page = await openOrder(browser, shop)
    await writeOrder(page, 'for the third floor')

    await act(shop, 'end-sessions')
    await page.click('#send-by-call')
    await page.waitForSelector('sessionward-dialog input[autocomplete=current-password]')
    expect(shop.orders.all()).toEqual([])
    // Rules of the page for all forms do not reach the dialog's.
    const leftOf = (tag: string) =>
      page.$eval(`sessionward-dialog ${tag}`, (element) => element.getBoundingClientRect().x)
    expect(await leftOf('label')).toBe(await leftOf('input'))
    await page.fill('sessionward-dialog input[autocomplete=current-password]', shops.accounts[0]!.password)
    await page.keyboard.press('Enter')
    await page.waitForFunction(() => document.querySelector('#news')?.textContent !== '')

    expect(shop.orders.all()).toMatchObject([{ by: 'Ann', note: 'for the third floor' }])
    expect(await page.$$eval('sessionward-dialog dialog[open]', (open) => open.length)).toBe(0)
  },
)

story.for(shopWays)(
  'a half-written order is restored after a redirect to sign-in, with $where',
  async ({ refresh }, { browser }) => {
    const shop = (await openShops())[refresh]
    const page = await openOrder(browser, shop)
    await writeOrder(page, 'for the fourth floor')
    // A draft is kept a moment after the last key, and when the page is left.
    await act(shop, 'expire-all')
    await page.click('#order [type=submit]')
    await page.waitForURL(/\/sign-in/)
    await signInAt(page)
    await page.waitForURL(`${shop.url}/order`)
    await page.waitForFunction(() => document.querySelector<HTMLTextAreaElement>('#order textarea')?.value !== '')

    expect(await page.inputValue('#order textarea')).toBe('for the fourth floor')
    expect(await page.inputValue('#order [name=quantity]')).toBe('7')
    expect(shop.orders.all()).toEqual([])
  },
)
