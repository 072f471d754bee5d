import type { RequestListener } from 'node:http'
import { expect } from 'vitest'
import { bundleExample } from './harness/example-page.js'
import { openPageOf, signIn } from './harness/page-client.js'
import { openContext, story } from './harness/story.js'
import { openSystem } from './harness/system.js'

type Browser = Parameters<typeof openContext>[0]

const iPhone = 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 Version/18.5 Mobile/15E148'
const desktop = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0.0.0 Safari/537.36'

/** The page of docs/policy.md, signed in on an iPhone, and two more browsers of the same person. */
async function openDevices(browser: Browser) {
  const place = (address: string) => (address === '127.0.0.1' ? 'This machine' : null)
  const system = await openSystem({ place })
  const script = await bundleExample('policy/src/devices.js', { 'https://auth.example.com': system.auth.url })
  const listen: RequestListener = (request, response) => {
    if (request.url === '/devices.js') return void response.end(`${script}; window.shop = shop`)
    const body = '<!doctype html><body><ul id="devices"></ul><script src="/devices.js"></script>'
    response.writeHead(200, { 'Content-Type': 'text/html' }).end(request.url === '/' ? body : '<!doctype html>')
  }
  system.page.serve(listen)
  const others = await Promise.all(
    [1, 2].map(async () => openPageOf(system, await openContext(browser, { userAgent: desktop }), { live: true })),
  )
  const phone = { ...system.accounts[0], device: { name: "Ann's <b>phone</b>", class: 'phone' } }
  await signIn(others[0]!, phone)
  await signIn(others[1]!, system.accounts[0])
  const page = await (await openContext(browser, { userAgent: iPhone })).newPage()
  await page.goto(system.page.url)
  await page.evaluate((input) => window.shop.client.signIn(input), system.accounts[0])
  const show = () => page.evaluate(() => (window.shop as never as Devices).showDevices(document.querySelector('ul')!))
  await show()
  return { system, page, phone: others[0]!, laptop: others[1]!, rows: page.getByRole('listitem') }
}

interface Devices {
  showDevices(list: Element): Promise<void>
  endOthers(list: Element): Promise<void>
}

story('a person sees their devices and ends one, which shows the reason', async ({ browser }) => {
  const { page, phone, laptop, rows } = await openDevices(browser)
  const row = rows.filter({ hasText: "Ann's <b>phone</b>, This machine" })
  expect(await rows.count()).toBe(3)
  // Two browsers that state no name are told apart by their system.
  expect((await rows.allTextContents()).map((text) => text.split(',')[0]).sort()).toEqual([
    "Ann's <b>phone</b>",
    'Windows',
    'iPhone',
  ])

  await row.getByRole('button', { name: 'End' }).click()

  await expect.poll(() => rows.count()).toBe(2)
  await phone.waitForFunction(() => window.client.reason !== undefined)
  expect(await phone.evaluate(() => window.client.reason)).toBe('session_revoked')
  expect(await laptop.evaluate(() => window.client.state)).toBe('active')
  expect(await page.evaluate(() => window.shop.client.state)).toBe('active')
})

story('a person ends all other sessions, and then signs out', async ({ browser }) => {
  const { system, page, phone, laptop, rows } = await openDevices(browser)

  await page.evaluate(() => (window.shop as never as Devices).endOthers(document.querySelector('ul')!))

  for (const other of [phone, laptop]) {
    await other.waitForFunction(() => window.client.reason !== undefined)
    expect(await other.evaluate(() => window.client.reason)).toBe('session_revoked')
  }
  expect(await rows.count()).toBe(1)
  await rows.getByRole('button', { name: 'Sign out' }).click()
  await page.waitForFunction(() => window.shop.client.reason === 'signed_out')
  // The client says so at once, and asks the auth server afterwards.
  await expect.poll(() => page.context().cookies(system.auth.url)).toEqual([])
})
