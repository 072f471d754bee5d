import type { Browser, Page } from 'playwright-core'
import { expect, onTestFinished } from 'vitest'
import { type StrictBackend, startStrictBackend } from '../packages/client/test/support/strict-backend.js'
import { bundleExample } from './harness/example-page.js'
import { openContext, story } from './harness/story.js'

// The ten lines of docs/backends.md as they are but for the address, on http://app.test: there are no Web Locks, no
// crypto.subtle and no randomUUID. The backend takes each refresh token once.

const ann = { username: 'ann', password: 'right' }

story('thirty requests with an expired token are answered after one refresh, each once', async ({ browser }) => {
  const { backend, open } = await openShop(browser)
  const page = await open()
  await page.evaluate((input) => window.shop.client.signIn(input), ann)
  backend.expireAccessTokens()

  const answers = await post(page, 30)

  expect(await page.evaluate(() => [isSecureContext, 'locks' in navigator, !!crypto.subtle])).toEqual(
    Array(3).fill(false),
  )
  expect(answers).toEqual(Array.from({ length: 30 }, (_, n) => `10200 ann ${n}`))
  expect(backend.count('/refresh')).toBe(1)
  expect(backend.calls.filter(({ path, code }) => path === '/orders' && code === 10200)).toHaveLength(30)
})

story('a reload needs no refresh, and a new tab is signed in', async ({ browser }) => {
  const { backend, open } = await openShop(browser)
  const page = await open()
  await page.evaluate((input) => window.shop.client.signIn(input), ann)

  await page.reload()
  const other = await open()

  expect([await post(page, 1), await post(other, 1)]).toEqual([['10200 ann 0'], ['10200 ann 0']])
  expect(await other.evaluate(() => window.shop.client.user?.username)).toBe('ann')
  expect(backend.count('/refresh')).toBe(0)
})

story('three tabs refresh once in each of ten rounds, and no refresh token is used twice', async ({ browser }) => {
  const { backend, open } = await openShop(browser)
  const pages = [await open()]
  await pages[0]!.evaluate((input) => window.shop.client.signIn(input), ann)
  pages.push(await open(), await open())
  for (const page of pages) await page.waitForFunction(() => window.shop.client.state === 'active')

  for (let round = 1; round <= 10; round++) {
    backend.expireAccessTokens()
    const answers = await Promise.all(pages.map((page) => post(page, 5)))
    expect(answers.flat().filter((answer) => !answer.startsWith('10200 ann'))).toEqual([])
    expect(backend.count('/refresh')).toBe(round)
    if (round % 3 === 0) await pages[round % pages.length]!.reload()
  }

  expect(backend.reused).toBe(false)
})

story(
  'a sign-in on another device ends the session in all tabs, and the request is not replayed',
  async ({ browser }) => {
    const { backend, open } = await openShop(browser)
    const pages = [await open()]
    await pages[0]!.evaluate((input) => window.shop.client.signIn(input), ann)
    pages.push(await open())
    await pages[1]!.waitForFunction(() => window.shop.client.state === 'active')
    await fetch(`${backend.origin}/login`, { method: 'POST', body: JSON.stringify(ann) })

    const ends = await post(pages[0]!, 1)

    expect(ends).toEqual(['SignedOutError session_replaced'])
    for (const page of pages) await page.waitForFunction(() => window.shop.client.reason === 'session_replaced')
    expect([backend.count('/orders'), backend.count('/refresh')]).toEqual([1, 0])
  },
)

story('a 401 of another origin without CORS headers signs nobody out, and its error says CORS', async ({ browser }) => {
  const { backend, open } = await openShop(browser, (backend) => backend.origin)
  const page = await open()
  await page.evaluate((input) => window.shop.client.signIn(input), ann)
  const { script } = backend
  backend.script = (path) => (path === '/without-cors' ? { status: 401, body: {} } : script?.(path))

  const failed = await page.evaluate(async (url) => {
    // Chromium is offline on a machine that has no network but loopback, and then the client does not speak of CORS.
    Object.defineProperty(navigator, 'onLine', { value: true })
    const { client } = window.shop
    const error: Error = await client.fetch(url).catch((reason) => reason)
    return [error.name, error.message, client.state]
  }, `${backend.origin}/without-cors`)

  expect(failed).toEqual(['TypeError', expect.stringContaining('CORS'), 'active'])
  expect([backend.count('/without-cors'), backend.count('/refresh')]).toEqual([1, 0])
})

interface Shop {
  readonly backend: StrictBackend
  open(): Promise<Page>
}

/** @param apiOf Where the pages reach the backend. Default: their own origin. */
async function openShop(browser: Browser, apiOf?: (backend: StrictBackend) => string): Promise<Shop> {
  const backend = await startStrictBackend()
  onTestFinished(() => backend.close())
  const headers = { 'Content-Type': 'text/html' }
  backend.script = (path) => (path === '/' ? { headers, body: '<!doctype html><title>Shop</title>' } : undefined)
  const address = backend.origin.replace('127.0.0.1', 'app.test')
  const script = await bundleExample('own-backend/session.js', {
    'http://api.example.com': apiOf?.(backend) ?? address,
  })
  const context = await openContext(browser)
  return {
    backend,
    async open() {
      const page = await context.newPage()
      await page.addInitScript({
        content: `if (location.protocol === 'http:') { ${script}; window.shop = shop }`,
      })
      await page.goto(`${address}/`)
      return page
    },
  }
}

/** Sends orders at once, numbered from 0. @returns what the backend made of each, or the error. */
function post(page: Page, count: number): Promise<string[]> {
  return page.evaluate(
    (count) =>
      Promise.all(
        Array.from({ length: count }, (_, n) =>
          window.shop.client
            .fetch('/orders', { method: 'POST', body: `${n}` })
            .then((response) => response.json())
            .then(
              ({ code, data }) => `${code} ${data?.name} ${data?.body}`,
              ({ name, reason }) => `${name} ${reason}`,
            ),
        ),
      ),
    count,
  )
}
