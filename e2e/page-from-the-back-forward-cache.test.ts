import type { Browser } from 'playwright-core'
import { expect, onTestFinished } from 'vitest'
import { launchBrowser } from './harness/browser.js'
import { arrive, openPagesSite } from './harness/pages-site.js'
import { openContext, story, storyIn } from './harness/story.js'

/** Playwright turns the cache off, so these stories have a browser of their own. */
async function browserWithCache(): Promise<Browser> {
  const browser = await launchBrowser({ ignoreDefaultArgs: ['--disable-back-forward-cache'] })
  onTestFinished(() => browser!.close())
  return browser!
}

story('going back after a sign-out shows no data of the person: the page is requested again', async ({ browser }) => {
  expect(browser.isConnected()).toBe(true)
  const site = await openPagesSite({ refresh: 'interstitial' })
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

// Firefox requests this page again, as it does that of the story above.
storyIn('chromium')(
  'a page that the application allows to be cached is hidden when it is restored, and reloads',
  async ({ browser }) => {
    expect(browser.isConnected()).toBe(true)
    const site = await openPagesSite({ refresh: 'interstitial', headers: { 'cache-control': 'private, max-age=0' } })
    const context = await openContext(await browserWithCache())
    const page = await context.newPage()
    const seen: string[] = []
    await context.exposeBinding('seen', (_, what: string) => void seen.push(what))
    await page.addInitScript(() => {
      addEventListener('pageshow', ({ persisted }) => {
        // After the listeners of the page itself.
        const look = () => document.documentElement.style.visibility
        setTimeout(() =>
          (window as never as { seen(what: string): void }).seen(`${persisted} ${document.title} ${look()}`),
        )
      })
    })
    await site.signIn(page)
    await page.goto(`${site.url}/orders`)
    await arrive(page, 'Orders')
    await page.evaluate(() => window.client.token())
    await page.goto(`${site.url}/`)
    await page.goBack({ waitUntil: 'commit' })
    await expect.poll(() => seen).toContain('true Orders hidden')
    await page.waitForFunction(() => document.documentElement.style.visibility === '')
    expect(await page.title(), 'the same person: shown').toBe('Orders')

    seen.length = 0
    await page.goForward({ waitUntil: 'commit' })
    // Chromium throws a page out of its cache once a message of another tab comes; other browsers do not.
    await page.evaluate(() => Reflect.deleteProperty(window, 'BroadcastChannel'))
    await page.addScriptTag({ url: '/client.js' })
    await page.waitForFunction(() => window.client.state === 'active')
    await page.evaluate(() => window.client.signOut())
    await page.goBack({ waitUntil: 'commit' })
    await page.waitForURL(/sign-in\?return_to=%2Forders/)

    expect(seen).toContain('true Orders hidden')
    expect(seen.filter((what) => what.startsWith('true Orders') && !what.endsWith('hidden'))).toEqual([])
  },
)
