import { PassThrough } from 'node:stream'
import { text } from 'node:stream/consumers'
import { expect, onTestFinished } from 'vitest'
import { renderPage } from '../examples/react/server.js'
import { startStrictBackend } from '../packages/client/test/support/strict-backend.js'
import { refreshes } from './harness/figures.js'
import { buildReactScript, openReactSite, type ReactSite, render } from './harness/react-page.js'
import { story } from './harness/story.js'

const signIn = ({ page, system }: ReactSite, which: 0 | 1 = 0) =>
  page.evaluate((input) => window.app.client.signIn(input), system.accounts[which])

story(
  'StrictMode costs a strictly rotating backend one refresh, and unmounting leaves the client alive',
  async ({ browser }) => {
    const { page, system } = await openReactSite(browser)
    const backend = await startStrictBackend()
    onTestFinished(() => backend.close())
    await page.goto(system.page.url)
    await page.evaluate(async (url) => {
      await window.app.strictClient(url).signIn({ username: 'ann', password: 'right' })
    }, backend.origin)
    await page.reload()

    await page.evaluate((url) => {
      const client = window.app.strictClient(url)
      const unmount = window.app.renderEager(client, `${url}/orders`)
      Object.assign(window, { unmount })
    }, backend.origin)
    await page.getByText('signed-in 200').waitFor()
    await page.evaluate((url) => {
      const { unmount } = window as unknown as { unmount(): void }
      unmount()
      window.app.renderEager(window.app.strictClient(url), `${url}/orders`)
    }, backend.origin)
    await page.getByText('signed-in 200').waitFor()

    expect([backend.count('/refresh'), backend.count('/orders') > 3, backend.reused]).toEqual([1, true, false])
  },
)

story('a module that is reloaded five times leaves one client and one refresh', async ({ browser }) => {
  const site = await openReactSite(browser)
  const { page, system } = site
  await render(site, 'renderApp')
  await signIn(site)
  await page.getByText('Orders of ann').waitFor()
  await page.evaluate(() => void Object.assign(window, { first: window.app.client }))

  for (let update = 0; update < 5; update++) {
    await page.addScriptTag({ url: `/page.js?${update}` })
    await page.evaluate(() => window.app.renderApp())
    await page.getByText('Orders of ann').waitFor()
  }
  const before = refreshes(system)
  system.expireAccessTokens()
  const statuses = await page.evaluate(() =>
    Promise.all(Array.from({ length: 10 }, () => window.app.client.fetch('/orders').then(({ status }) => status))),
  )

  expect(new Set(statuses)).toEqual(new Set([200]))
  expect(refreshes(system) - before).toBe(1)
  expect(await page.evaluate(() => (window as unknown as { first: unknown }).first === window.app.client)).toBe(true)
  // The latest of them is told too.
  await page.evaluate(() => window.app.client.signOut())
  await page.getByLabel('Name').waitFor()
})

story('a page of the server is hydrated unchanged, and follows the client from then on', async ({ browser }) => {
  const site = await openReactSite(browser)
  const { page, system } = site
  await page.goto(system.page.url)
  await signIn(site)
  const html = await serverPage({ username: 'ann' })
  const complaints: string[] = []
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()))
  page.on('pageerror', (error) => complaints.push(error.message))
  Object.assign(site, { html: () => html, script: await buildReactScript('examples/react/hydrate.tsx') })
  const before = refreshes(system)

  await page.goto(system.page.url)
  await page.waitForFunction(() =>
    Object.keys(document.getElementById('root')!).some((key) => key.startsWith('__react')),
  )
  await expect.poll(() => refreshes(system) - before).toBe(1)

  expect(await page.getByRole('heading').innerText()).toBe('Orders of ann')
  expect(complaints).toEqual([])
})

story('a page that was rendered for another person shows who is signed in, once that is known', async ({ browser }) => {
  const site = await openReactSite(browser)
  const { page, system } = site
  await page.goto(system.page.url)
  await signIn(site, 1)
  const html = await serverPage({ username: 'ann' })
  Object.assign(site, { html: () => html, script: await buildReactScript('examples/react/hydrate.tsx') })

  await page.goto(system.page.url)

  await page.getByText('Orders of bob').waitFor()
  expect(await page.evaluate(() => document.getElementById('root')!.innerText)).not.toContain('ann')
})

async function serverPage(person: { readonly username: string }): Promise<string> {
  const response = Object.assign(new PassThrough(), { setHeader: () => {} })
  renderPage(response as never, person)
  return text(response)
}
