import type { Browser, Page } from 'playwright-core'
import { onTestFinished } from 'vitest'
import { startThreeServers, type ThreeServers } from '../../examples/three-servers-rs256/src/start.js'
import { emptyFolder } from './documented-example.js'
import { openContext } from './story.js'

declare global {
  interface Window {
    /** What the page of the three servers leaves for stories. */
    threeServers: {
      readonly client: import('@sessionward/client').Client
      readonly config: Readonly<Record<'orders' | 'invoices', string>>
    }
  }
}

/** The example with keys and a database of its own. Closed with the story. */
export async function openThreeServers(): Promise<ThreeServers> {
  const servers = await startThreeServers({ port: 0, folder: emptyFolder() })
  onTestFinished(() => servers.close())
  return servers
}

/** A browser of its own, in which ann has signed in with the form, which is filled in already. */
export async function openSignedInPage(browser: Browser, servers: ThreeServers): Promise<Page> {
  const context = await openContext(browser, { locale: 'en' })
  const page = await context.newPage()
  await page.goto(servers.page)
  await signInAt(page)
  return page
}

/** On the sign-in page. Waits until the page that it comes back to is ready. */
export async function signInAt(page: Page): Promise<void> {
  await page.waitForURL('**/sign-in?*')
  await page.click('#form button')
  await page.waitForSelector('body[data-ready]')
}

/** Presses the button of an act. @returns what the page then says of orders and invoices. */
export async function play(page: Page, act: string): Promise<readonly [orders: string, invoices: string]> {
  return await press(page, `#act-${act}`)
}

/** Presses a button that calls servers. @returns what the page then says of orders and invoices. */
export async function press(page: Page, button: string): Promise<readonly [orders: string, invoices: string]> {
  const before = await page.locator('#log tr').count()
  await page.click(button)
  await page.waitForFunction((before) => document.querySelectorAll('#log tr').length > before, before)
  return await latestAnswers(page)
}

/** The first row of the page's table. */
export async function latestAnswers(page: Page): Promise<readonly [orders: string, invoices: string]> {
  await page.waitForSelector('#log tr')
  const [orders = '', invoices = ''] = await page.locator('#log tr').first().locator('td').allTextContents()
  return [orders, invoices]
}

/** An access token of the page, as an attacker could copy it. */
export function tokenOf(page: Page): Promise<string> {
  return page.evaluate(() => window.threeServers.client.token())
}
