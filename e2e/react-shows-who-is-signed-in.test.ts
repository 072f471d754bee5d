import { expect } from 'vitest'
import { refreshes } from './harness/figures.js'
import { expireTokenOf } from './harness/page-client.js'
import { openReactSite, render } from './harness/react-page.js'
import { story } from './harness/story.js'

story('a thousand components render when who is signed in changes, and at no refresh', async ({ browser }) => {
  const site = await openReactSite(browser)
  const { page, system } = site
  await render(site, 'renderReaders')
  await page.evaluate((input) => window.app.client.signIn(input), system.accounts[0])
  await page.waitForFunction(() => document.body.innerText.includes('ann'))
  const start = await page.evaluate(() => ({ ...window.app.counts }))
  const before = refreshes(system)

  for (let round = 0; round < 10; round++) {
    await page.evaluate(() => window.app.client.adopt())
  }
  const refreshed = await page.evaluate(() => ({ ...window.app.counts }))
  await page.evaluate(() => window.app.client.signOut())
  await page.waitForFunction(() => !document.body.innerText.includes('ann'))

  expect(refreshes(system) - before).toBe(10)
  expect(refreshed).toEqual(start)
  const { renders, subscriptions } = await page.evaluate(() => window.app.counts)
  expect(renders - start.renders).toBe(1000)
  expect(subscriptions).toBeLessThan(10)
})
