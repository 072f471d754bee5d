import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { refreshes } from './harness/figures.js'
import { openReactSite, type ReactSite, render } from './harness/react-page.js'
import { story } from './harness/story.js'

const signIn = ({ page, system }: ReactSite, which: 0 | 1 = 0) =>
  page.evaluate((input) => window.app.client.signIn(input), system.accounts[which])
const refresh = (page: Page) => page.evaluate(() => window.app.client.adopt().then(Boolean, () => false))
const counts = (page: Page) => page.evaluate(() => ({ ...window.app.counts }))

story('a thousand components render when who is signed in changes, and at no refresh', async ({ browser }) => {
  const site = await openReactSite(browser)
  const { page, system } = site
  await render(site, 'renderReaders')
  await signIn(site)
  await page.waitForFunction(() => document.body.innerText.includes('ann'))
  const start = await counts(page)
  const before = refreshes(system)

  for (let round = 0; round < 10; round++) await refresh(page)
  const refreshed = await counts(page)
  await page.evaluate(() => window.app.client.signOut())
  await page.waitForFunction(() => !document.body.innerText.includes('ann'))

  expect(refreshes(system) - before).toBe(10)
  expect(refreshed).toEqual(start)
  const { renders, subscriptions } = await counts(page)
  expect(renders - start.renders).toBe(1000)
  expect(subscriptions).toBeLessThan(10)
})

story('the person and a typed text stay through a refresh and an outage, without a fallback', async ({ browser }) => {
  const site = await openReactSite(browser)
  const { page, system } = site
  await render(site, 'renderField')
  await signIn(site)
  await page.getByText('ann active').waitFor()
  await page.getByLabel('Note').pressSequentially('half a sentence')
  const start = await counts(page)

  await refresh(page)
  const up = system.auth.faults.takeDown()
  system.expireAccessTokens()
  await page.evaluate(() => void window.app.client.fetch('/orders').catch(() => {}))
  await page.getByText('ann degraded').waitFor()
  expect(await page.locator('p[role=status]').innerText()).toBe('The sign-in server is unavailable.')
  up()
  await page.getByText('ann active').waitFor()

  expect(await page.getByLabel('Note').inputValue()).toBe('half a sentence')
  const { mounts, fallbacks, changes } = await counts(page)
  expect([mounts, fallbacks, changes]).toEqual([start.mounts, start.fallbacks, 0])
})

story('while the auth server is down a boundary resolves, and the page recovers', async ({ browser }) => {
  const site = await openReactSite(browser)
  const { page, system } = site
  await render(site, 'renderField')
  await signIn(site)
  // Another browser: this one has been told nothing of anybody.
  await page.evaluate(() => window.app.client.destroy())
  await page.evaluate(async () => {
    for (const { name } of await indexedDB.databases()) indexedDB.deleteDatabase(name!)
  })
  const up = system.auth.faults.takeDown()

  await page.goto(system.page.url)
  await page.evaluate(() => {
    window.app.renderGreeting()
    window.app.renderGreeting(true)
  })
  // React renders each root when it finds the time.
  await page.waitForFunction(() => document.body.innerText.match(/One moment/g)?.length === 2)
  await page.getByText('Sign-in is unavailable. This page tries again by itself.').waitFor()
  await page.getByText('It is unknown.').waitFor()
  up()
  await page.getByText('Hello, ann').waitFor()
  await page.getByText('It is signed-in.').waitFor()
})

story(
  'a request of the first effect waits until the session is known, and the other tabs follow',
  async ({ browser }) => {
    const site = await openReactSite(browser)
    const { page, system, context } = site
    await render(site, 'renderEager')
    await page.getByText('signed-out 401').waitFor()
    const other = await context.newPage()
    await other.goto(system.page.url)
    await other.evaluate(() => void window.app.renderApp())
    await other.getByLabel('Name').waitFor()

    await signIn(site)
    await other.getByText('Orders of ann').waitFor()
    await other.close()
    system.expireAccessTokens()
    const before = refreshes(system)
    await render(site, 'renderEager')

    await page.getByText('signed-in 200').waitFor()
    expect(refreshes(system) - before).toBe(1)
  },
)
