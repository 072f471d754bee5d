import { expect } from 'vitest'
import { restartingBrowser } from './harness/persistent.js'
import { openShops, ready, shopWays, signInAt } from './harness/shop.js'
import { story } from './harness/story.js'

const choices = shopWays.flatMap((one) => [
  { ...one, remember: true, title: 'is signed in' },
  { ...one, remember: false, title: 'has to sign in' },
])

// `browser` is not used, but a machine without Chromium skips the story.
story.for(choices)(
  'with remember $remember a person $title after the browser was closed, with $where',
  async ({ refresh, remember }, { browser: _ }) => {
    const shop = (await openShops())[refresh]
    const browser = restartingBrowser()
    const page = await (await browser.start()).newPage()
    await page.goto(`${shop.url}/order`)
    await page.waitForSelector('#sign-in')
    await page.setChecked('#sign-in [name=remember]', remember)
    await signInAt(page)
    await page.waitForURL(`${shop.url}/order`)
    await ready(page)

    await browser.quit()
    const after = await (await browser.start()).newPage()
    await after.goto(`${shop.url}/orders`)
    await after.waitForSelector(remember ? '#person' : '#sign-in')

    expect(new URL(after.url()).pathname).toBe(remember ? '/orders' : '/sign-in')
  },
)
