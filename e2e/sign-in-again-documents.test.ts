import type { RequestListener } from 'node:http'
import { expect } from 'vitest'
import { bundleExample } from './harness/example-page.js'
import { loseSession } from './harness/sign-in-again-page.js'
import { openContext, story } from './harness/story.js'
import { openSystem } from './harness/system.js'

type Browser = Parameters<typeof openContext>[0]

/** Opens a page that runs what docs/sign-in-again.md shows. */
async function openExample(browser: Browser, name: string, body: string, withApi = true) {
  const system = await openSystem()
  const script = await bundleExample(`sign-in-again/${name}.js`, {
    'https://auth.example.com': system.auth.url,
    ...(withApi && { 'https://api.example.com': system.api.url }),
  })
  const orders: string[] = []
  const page: RequestListener = async (request, response) => {
    if (request.method === 'POST') {
      for await (const part of request) orders.push(String(part))
      response.end()
    } else if (request.url === '/example.js') response.end(`${script}; window.client = shop.client`)
    else {
      const main = request.url === '/' ? `${body}<script src="/example.js"></script>` : request.url
      response.writeHead(200, { 'Content-Type': 'text/html' }).end(`<!doctype html><body>${main}</body>`)
    }
  }
  system.page.serve(page)
  const tab = await (await openContext(browser)).newPage()
  const open = async () => {
    await tab.goto(system.page.url)
    await tab.waitForFunction(() => window.client?.state !== 'unknown')
  }
  await open()
  const signIn = () => tab.evaluate((input) => window.client.signIn(input), system.accounts[0])
  return { system, page: tab, open, orders, signIn }
}

story('the dialog of the document opens, and requests go on', async ({ browser }) => {
  const { system, page, signIn } = await openExample(browser, 'dialog', '')
  await signIn()
  const { outcomes } = await loseSession(page, system)

  await page.getByLabel('Password').fill(system.accounts[0].password)
  await page.keyboard.press('Enter')

  expect((await outcomes()).map((one) => one.slice(0, 3))).toEqual(['200', '200', '200'])
})

story('the draft of the document is kept until the order has arrived', async ({ browser }) => {
  const form = '<form id="order"><input name="article"><button>Order</button></form>'
  const { system, page, open, orders, signIn } = await openExample(browser, 'draft', form, false)
  await signIn()
  await page.fill('[name=article]', 'Ladder')
  await system.auth.server.sessions.end(await page.evaluate(() => window.client.session!.id))
  await page.evaluate(() => void window.client.adopt())
  await page.waitForURL('**/sign-in')

  await open()
  await signIn()
  await page.waitForFunction(() => document.querySelector<HTMLInputElement>('[name=article]')!.value === 'Ladder')
  await page.click('button')
  await expect.poll(() => orders.join()).toContain('Ladder')
  await page.waitForFunction(() => !Object.keys(sessionStorage).some((name) => name.endsWith('drafts')))
})

story('the sign-in form of the document sends the checkbox', async ({ browser }) => {
  const form =
    '<form id="sign-in"><input name="username"><input name="password"><input type="checkbox" name="remember"><button>In</button></form>'
  const { system, page } = await openExample(browser, 'remember', form, false)
  const { username, password } = system.accounts[0]
  await page.fill('[name=username]', username)
  await page.fill('[name=password]', password)
  await page.click('button')
  await page.waitForFunction(() => window.client.state === 'active')

  // -1: it ends with the browser.
  expect((await page.context().cookies(system.auth.url)).map(({ expires }) => expires)).toEqual([-1])
})

story('the wall display of the document hides data that is no longer current', async ({ browser }) => {
  const body = '<p id="notice" role="status"></p><div id="board">42</div>'
  const { system, page, signIn } = await openExample(browser, 'wall-display', body)
  await signIn()
  expect(await page.isVisible('#board')).toBe(true)
  await system.auth.server.sessions.end(await page.evaluate(() => window.client.session!.id))
  await page.evaluate(() => void window.client.adopt())

  await page.getByText('Signed out: this is not current.').waitFor()

  expect(await page.isVisible('#board')).toBe(false)
})
