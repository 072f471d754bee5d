import type { Browser, Page } from 'playwright-core'
import { onTestFinished } from 'vitest'
import type { Shop } from '../../examples/pages-and-jquery/src/shop.js'
import { type Shops, startShops } from '../../examples/pages-and-jquery/src/start.js'
import { openContext } from './story.js'

declare global {
  interface Window {
    /** What the pages of the order form expose to stories; other examples have their own. */
    orderForm: { readonly client: import('@sessionward/client').Client; readonly refreshes: number }
  }
}

export const shopWays = [
  { refresh: 'interstitial', where: 'a small page and localStorage' },
  { refresh: 'redirect', where: 'the auth server and an HttpOnly cookie' },
] as const

/** Closed with the story. */
export async function openShops(): Promise<Shops> {
  const shops = await startShops(0)
  onTestFinished(() => shops.close())
  return shops
}

/** A browser of its own with a person who has signed in with the form of the page, at the order form. */
export async function openOrder(browser: Browser, shop: Shop): Promise<Page> {
  const page = await (await openContext(browser)).newPage()
  await page.goto(`${shop.url}/order`)
  await signInAt(page)
  await page.waitForURL(`${shop.url}/order`)
  await ready(page)
  return page
}

/** The form is filled in already, for ann. */
export async function signInAt(page: Page): Promise<void> {
  await page.waitForSelector('#sign-in')
  await ready(page)
  await page.click('#sign-in button')
}

/** Until the script of the page has started, and knows whether somebody is signed in. */
export async function ready(page: Page): Promise<void> {
  await page.waitForFunction(() => window.orderForm && window.orderForm.client.state !== 'unknown')
}

/** What the person writes. */
export async function writeOrder(page: Page, note: string): Promise<void> {
  await page.selectOption('#order select', 'Toner')
  // Emptied first: in Firefox, Playwright adds to the number that is there.
  await page.fill('#order [name=quantity]', '')
  await page.fill('#order [name=quantity]', '7')
  await page.fill('#order textarea', note)
}

/** What time or an administrator does, as the buttons at the foot of each page. */
export async function act(shop: Shop, name: string): Promise<void> {
  const headers = { 'content-type': 'application/json' }
  const { status } = await fetch(`${shop.url}/demo/${name}`, { method: 'POST', headers, body: '{}' })
  if (status !== 204) throw new Error(`the act ${name} was answered ${status}`)
}
