import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { expect } from 'vitest'
import { headerOf, startRecordingApi } from '../packages/client/test/support/recording-api.js'
import { problem } from '../packages/client/test/support/world.js'
import { buildScriptTag } from '../scripts/script-tag.mjs'
import { refreshes } from './harness/figures.js'
import { jquery } from './harness/jquery-page.js'
import { openContext, story } from './harness/story.js'
import { openSystem } from './harness/system.js'

declare global {
  interface Window {
    attachSigned(client: object, signature: (text: string) => string): () => void
  }
  /** Of the classic scripts of the page. */
  const client: Window['client']
}

const built = buildScriptTag()

/** What the client uses or could use, and a browser of 2021 does not have. */
const missingIn2021 = `
  for (const name of ['hasOwn', 'groupBy']) delete Object[name]
  for (const name of ['canParse', 'parse']) delete URL[name]
  for (const name of ['any', 'timeout']) delete AbortSignal[name]
  for (const name of ['reason', 'throwIfAborted']) delete AbortSignal.prototype[name]
  for (const name of ['at', 'findLast', 'findLastIndex', 'toSorted', 'toReversed', 'toSpliced', 'with']) {
    delete Array.prototype[name]
    delete Object.getPrototypeOf(Uint8Array.prototype)[name]
  }
  for (const name of ['withResolvers', 'try']) delete Promise[name]
  for (const name of ['at', 'isWellFormed', 'toWellFormed']) delete String.prototype[name]
  for (const name of ['structuredClone', 'TextDecoderStream', 'TransformStream', 'BroadcastChannel', 'Iterator']) delete window[name]
  delete ReadableStream.prototype[Symbol.asyncIterator]
  delete Crypto.prototype.randomUUID
  delete Navigator.prototype.locks
`

story.for([
  ['today', ''],
  ['2021', missingIn2021],
] as const)(
  'a page with jQuery 1.11 and one script signs in, calls, refreshes and signs out, in a browser of %s',
  async ([, missing], { browser }) => {
    const { page, api, expire, orders, system } = await openExamplePage(browser, missing)
    const before = refreshes(system)
    const [{ username, password }] = system.accounts

    await page.fill('[name=username]', username)
    await page.fill('[name=password]', 'wrong')
    await page.click('#sign-in button')
    await page.waitForFunction(() => /invalid_credentials/.test(window.$('#message').text()))
    await page.fill('[name=password]', password)
    await page.click('#sign-in button')
    await page.click('#load')
    await page.waitForFunction(() => window.$('#message').text() === '2 orders')
    await expire()
    await page.evaluate(() => void window.$('#message').text(''))
    await page.click('#load')
    await page.waitForFunction(() => window.$('#message').text() === '2 orders')

    expect(refreshes(system) - before).toBe(1)
    expect(orders().map((token) => token?.slice(0, 7))).toEqual(Array(3).fill('Bearer '))
    const { answer } = api
    api.answer = (call, n) =>
      call.line.includes('orders') ? { status: 409, body: { message: 'Full.' } } : answer(call, n)
    await page.click('#load')
    await page.waitForFunction(() => window.$('#message').text() === 'Full.')
    await page.click('#sign-out')
    await page.waitForSelector('#sign-in:visible')
    expect(await page.evaluate(() => client.state)).toBe('anonymous')
  },
)

story('the error handler of the example shows no message for an ended session', async ({ browser }) => {
  const { page, system, expire } = await openExamplePage(browser)
  await page.evaluate((account) => client.signIn(account), system.accounts[0])
  await expire()
  const sid = await page.evaluate(() => client.session!.id)
  await system.auth.server.sessions.end(sid)

  const name = await page.evaluate(
    () =>
      new Promise((resolve) =>
        window.$.get('/api/orders').fail((_, _text, error) => resolve((error as never as Error).name)),
      ),
  )

  expect([name, await page.textContent('#message')]).toEqual(['SignedOutError', ''])
})

story('the example of a signature signs each attempt', async ({ browser }) => {
  const { page, api, system, expire } = await openExamplePage(browser)
  await page.addScriptTag({ content: example('sign.js') })
  await page.evaluate((account) => client.signIn(account), system.accounts[0])
  await expire()

  await page.evaluate(async () => {
    window.attachSigned(client, (text) => String(text.length))
    await Promise.resolve(window.$.post('/api/orders', { a: 1 }))
  })

  const nonces = api.calls.filter(({ line }) => line.startsWith('POST')).map((call) => headerOf(call, 'X-Nonce'))
  expect([nonces.length, new Set(nonces).size]).toEqual([2, 2])
})

story(
  'the example of codes refreshes on a code that is a string, and keeps the session over a reload',
  async ({ browser }) => {
    const api = await startRecordingApi()
    let refreshes = 0
    const tokens = () => ({ accessToken: `a${refreshes}`, refreshToken: `r${refreshes}`, user: { id: 7, name: 'Ann' } })
    const own: Record<string, (token?: string) => unknown> = {
      '/sign-in': () => ({ code: 'ok', data: tokens() }),
      '/refresh': () => {
        refreshes++
        return { code: 'ok', data: tokens() }
      },
      '/orders': (token) =>
        token === 'a1'
          ? { code: 'ok', data: [] }
          : { code: 'tm.err.foil.accessTokenExpired', message: '访问令牌已过期' },
    }
    api.answer = (call) => {
      const body = own[call.line.split(' ')[1]!]?.(headerOf(call, 'accessToken'))
      return body ? { body } : { headers: { 'Content-Type': 'text/html' }, body: '<!doctype html><title>Page</title>' }
    }
    const context = await openContext(browser)
    const page = await context.newPage()
    const scripts = [jquery('jquery1'), await built, example('codes.js').replace('https://api.example.com', api.origin)]
    const open = async () => {
      await page.goto(api.origin)
      for (const content of scripts) await page.addScriptTag({ content })
    }
    const ask = () => page.evaluate(async () => (await Promise.resolve(window.$.getJSON('/orders'))).code)

    await open()
    await page.evaluate(() => client.signIn({ username: 'ann', password: 'x' }))
    const first = await ask()
    await open()

    expect([first, await ask(), refreshes]).toEqual(['ok', 'ok', 1])
  },
)

function example(name: string): string {
  return readFileSync(join(import.meta.dirname, '../examples/jquery', name), 'utf8')
}

/** The page of the example, served with its scripts by the business server that it calls. */
async function openExamplePage(browser: Browser, missing = '') {
  const api = await startRecordingApi()
  const origin = api.origin.replace('127.0.0.1', 'localhost')
  const system = await openSystem({ origins: [origin] })
  const files: Record<string, string> = {
    '/js/jquery-1.11.3.js': jquery('jquery1'),
    '/js/sessionward.min.js': await built,
    '/js/page.js': example('page.js').replace('https://auth.example.com', system.auth.url),
    '/js/errors.js': example('errors.js'),
  }
  const refused = new Set<string>()
  api.answer = (call) => {
    const path = call.line.split(' ')[1]!
    if (files[path]) return { headers: { 'Content-Type': 'text/javascript; charset=utf-8' }, body: files[path] }
    if (path !== '/api/orders') return { headers: { 'Content-Type': 'text/html' }, body: example('page.html') }
    const token = headerOf(call, 'authorization') ?? ''
    return refused.has(token) ? problem(401, 'access_token_expired', 'refresh') : { body: [1, 2] }
  }
  const context = await openContext(browser)
  if (missing) await context.addInitScript({ content: missing })
  const page: Page = await context.newPage()
  await page.goto(origin)
  return {
    page,
    api,
    system,
    expire: async () => void refused.add(`Bearer ${await page.evaluate(() => client.token())}`),
    orders: () =>
      api.calls.filter(({ line }) => line.endsWith('/api/orders')).map((call) => headerOf(call, 'authorization')),
  }
}
