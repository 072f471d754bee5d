import { type Browser, chromium } from 'playwright-core'
import { expect, inject, onTestFinished } from 'vitest'
import { launchArgs } from '../scripts/chromium.mjs'
import { arrive, openPagesSite } from './harness/pages-site.js'
import { openContext, story } from './harness/story.js'

/** Playwright turns the cache off, so these stories have a browser of their own. */
async function browserWithCache(): Promise<Browser> {
  const browser = await chromium.launch({
    executablePath: inject('chromium'),
    args: launchArgs,
    ignoreDefaultArgs: ['--disable-back-forward-cache'],
  })
  onTestFinished(() => browser.close())
  return browser
}

story('back after a sign-out shows nothing of the person: the page is asked for again', async ({ browser }) => {
  expect(browser.isConnected()).toBe(true)
  const site = await openPagesSite({ way: 'interstitial' })
  const context = await openContext(await browserWithCache())
  const page = await context.newPage()
  await site.signIn(page)
  await page.goto(`${site.url}/orders`)
  await arrive(page, 'Orders')
  await page.goto(`${site.url}/sign-in`)
  await arrive(page, 'Sign in')
  await page.evaluate(() => window.client.signOut())

  await page.goBack({ waitUntil: 'commit' })
  await page.waitForURL(/sign-in\?return_to=%2Forders/)

  expect(await page.title()).toBe('Sign in')
})

story('a page that the application lets the cache keep is hidden when it comes back, and leaves', async ({ browser }) => {
  expect(browser.isConnected()).toBe(true)
  const site = await openPagesSite({ way: 'interstitial', headers: { 'cache-control': 'private, max-age=0' } })
  const context = await openContext(await browserWithCache())
  const page = await context.newPage()
  const seen: string[] = []
  await context.exposeBinding('seen', (_, what: string) => void seen.push(what))
  await page.addInitScript(() => {
    addEventListener('pageshow', ({ persisted }) => {
      // After the listeners of the page itself.
      const look = () => document.documentElement.style.visibility
      setTimeout(() => (window as never as { seen(what: string): void }).seen(`${persisted} ${document.title} ${look()}`))
    })
  })
  await site.signIn(page)
  await page.goto(`${site.url}/orders`)
  await arrive(page, 'Orders')
  await page.evaluate(() => window.client.token())
  await page.goto(`${site.url}/sign-in`)
  await arrive(page, 'Sign in')
  await page.goBack()
  console.log(await page.evaluate(() => JSON.stringify((performance.getEntriesByType('navigation')[0] as any).notRestoredReasons)), seen)
  await expect.poll(() => seen, 'the same person: shown').toContain('true Orders hidden')
  await page.waitForFunction(() => document.documentElement.style.visibility === '')
  expect(await page.title()).toBe('Orders')

  await page.goForward()
  await arrive(page, 'Sign in')
  seen.length = 0
  await page.evaluate(() => window.client.signOut())
  await page.goBack({ waitUntil: 'commit' })
  await page.waitForURL(/sign-in\?return_to=%2Forders/)

  expect(seen[0]).toBe('true Orders hidden')
})
