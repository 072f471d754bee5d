import { expect } from 'vitest'
import { bundleExample } from './harness/example-page.js'
import { arrive, openPagesSite } from './harness/pages-site.js'
import { openContext, story, storyIn } from './harness/story.js'

story('an unknown visitor signs in with the code of the example, and gets the page', async ({ browser }) => {
  const site = await openPagesSite({ refresh: 'interstitial' })
  const page = await (await openContext(browser)).newPage()
  await page.goto(`${site.url}/orders?page=2#row-7`)
  await arrive(page, 'Sign in')
  expect(await page.textContent('#reason')).toBe('none')
  const content = await bundleExample('pages/page.js', { 'https://auth.example.com': site.system.auth.url })
  await page.addScriptTag({ content: `${content}\nwindow.shop = shop` })

  await page.evaluate(({ username, password }) => {
    void (window.shop as never as { signIn(...input: string[]): Promise<void> }).signIn(username, password)
  }, site.system.accounts[0])
  await arrive(page, 'Orders')

  expect(page.url()).toBe(`${site.url}/orders?page=2#row-7`)
})

// Firefox hides <noscript> where only a test has turned scripts off.
storyIn('chromium')(
  'without script the page in between offers sign-in, and does not pretend to work',
  async ({ browser }) => {
    const site = await openPagesSite({ refresh: 'interstitial' })
    const context = await openContext(browser, { javaScriptEnabled: false })
    const page = await context.newPage()

    const answer = await page.goto(`${site.url}/orders`)

    expect(answer?.status()).toBe(401)
    const link = page.locator('noscript a')
    expect(await link.isVisible()).toBe(true)
    expect(await link.getAttribute('href')).toBe('/sign-in?return_to=%2Forders')
    expect(await page.locator('.wait').evaluate((wait) => getComputedStyle(wait).display)).toBe('none')
  },
)
