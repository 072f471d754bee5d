import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { browserName } from './harness/browser.js'
import { arrive, openPagesSite, type PagesSite } from './harness/pages-site.js'
import { openContext, story } from './harness/story.js'

async function fillIn(page: Page, site: PagesSite, note: string, path = '/order?draft=1'): Promise<void> {
  await page.goto(site.url + path)
  await arrive(page, 'Order')
  await page.fill('[name=what]', '<b>"tea" & 茶</b>')
  await page.fill('[name=note]', note)
}

const order = { what: '<b>"tea" & 茶</b>', list: ['a', 'b'], note: 'one\r\ntwo', submit: 'yes' }

story.for([
  { local: false, where: 'a cookie' },
  { local: true, where: 'localStorage' },
])(
  'an order that is sent with an expired token is placed exactly once, with the refresh token in $where',
  async ({ local }, { browser }) => {
    const site = await openPagesSite({ refresh: 'interstitial', local })
    const page = await (await openContext(browser)).newPage()
    await site.signIn(page)
    await fillIn(page, site, 'one\ntwo')

    site.system.expireAccessTokens()
    await page.click('button')
    await arrive(page, 'Placed')
    expect(site.orders).toEqual([order])

    // Whatever the person does now, nothing is sent again.
    await page.reload()
    await arrive(page, 'Placed')
    await page.goBack()
    await arrive(page, 'Order')
    await page.reload()
    await arrive(page, 'Order')
    await page.goForward()
    await arrive(page, 'Placed')
    await page.goBack()
    await page.goBack()
    await arrive(page, 'Order')
    expect(page.url()).toBe(`${site.url}/order?draft=1`)
    expect(site.orders).toHaveLength(1)
  },
)

story('if the person must sign in, nothing is sent, and sign-in returns to the form', async ({ browser }) => {
  const site = await openPagesSite({ refresh: 'interstitial' })
  const { server } = site.system.auth
  const page = await (await openContext(browser)).newPage()
  await site.signIn(page)
  await fillIn(page, site, 'x')
  const { session } = await page.evaluate(() => ({ session: window.client.session }))

  await server.sessions.end(session!.id, 'credentials_changed')
  site.system.expireAccessTokens()
  await page.click('button')
  await arrive(page, 'Sign in')

  expect(await page.textContent('#reason')).toBe('credentials_changed')
  expect(await page.evaluate(() => window.returnTo())).toBe(`${site.url}/order?draft=1#sessionward-not-sent`)
  expect(site.orders).toEqual([])
})

const goBack = (page: Page) => page.click('[data-back]')
const openAgain = async (page: Page) => void (await page.goto(page.url().replace('/order', '/kept-order')))

const ways = [
  { way: 'after going back, as a draft', path: '/kept-order', comeBack: goBack },
  { way: 'when it is opened again, as a draft', path: '/kept-order', comeBack: openAgain },
  // Firefox forgets what was typed into a page with `no-store`.
  ...(browserName === 'firefox' ? [] : [{ way: 'after going back', path: '/order', comeBack: goBack }]),
]

story.for(ways)(
  'an order that is too large to be carried is not sent, and is still in its form $way',
  async ({ path, comeBack }, { browser }) => {
    const site = await openPagesSite({ refresh: 'interstitial' })
    const page = await (await openContext(browser)).newPage()
    await site.signIn(page)
    await fillIn(page, site, 'x'.repeat(70_000), path)
    // Another form of the page, which was not sent: its draft takes nothing away from the one that was.
    if (path === '/kept-order') await page.fill('[name=remark]', 'in a hurry')

    site.system.expireAccessTokens()
    await page.click('button')
    await page.getByText('too large to send along').waitFor()
    expect(site.orders).toEqual([])
    await comeBack(page)
    await arrive(page, 'Order')

    await expect.poll(async () => (await page.inputValue('[name=note]')).length).toBe(70_000)
    if (path === '/kept-order') expect(await page.inputValue('[name=remark]')).toBe('in a hurry')
    await page.click('button')
    await arrive(page, 'Placed')
    expect(site.orders).toHaveLength(1)
  },
)
