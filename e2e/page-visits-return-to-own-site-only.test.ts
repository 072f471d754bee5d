import { expect } from 'vitest'
import { hostileAddresses } from '../packages/protocol/test/hostile-addresses.js'
import { openPagesSite } from './harness/pages-site.js'
import { openContext, story } from './harness/story.js'

story('no hostile return address takes Chromium off the site, through the auth server', async ({ browser }) => {
  const site = await openPagesSite({ refresh: 'redirect' })
  const page = await (await openContext(browser)).newPage()
  await site.signIn(page)
  const landed = new Set<string>()

  for (const address of hostileAddresses) {
    await page.goto(`${site.system.auth.url}/auth/continue?${new URLSearchParams({ return_to: address })}`)
    landed.add(page.url())
  }

  expect([...landed]).toEqual([`${site.url}/`])
})

story('no hostile return address takes Chromium off the site, from its sign-in page', async ({ browser }) => {
  const site = await openPagesSite({ refresh: 'redirect' })
  const page = await (await openContext(browser)).newPage()
  await page.goto(`${site.url}/sign-in`)

  const ways = await page.evaluate((addresses) => {
    return addresses.map((address) => {
      history.replaceState(null, '', `/sign-in?${new URLSearchParams({ return_to: address })}`)
      return window.returnTo()
    })
  }, hostileAddresses)
  await page.evaluate(() => location.replace(window.returnTo()))
  await page.waitForURL(`${site.url}/`)

  expect([...new Set(ways)]).toEqual([`${site.url}/`])
})
