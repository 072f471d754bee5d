import { openOrigin } from '@sessionward/example-harness'
import { chineseMessages, envelope } from '@sessionward/guard'
import { expect, test } from 'vitest'
import { runExample } from './harness/documented-example.js'
import { refreshes } from './harness/figures.js'
import { openPageOf, signIn } from './harness/page-client.js'
import { openContext, story } from './harness/story.js'
import { openSystem } from './harness/system.js'

const business = envelope({
  ok: 10200,
  codes: { refresh: 10415, terminal: 10422, session_replaced: 10409, default: 10500 },
  status: 200,
  messages: chineseMessages,
})

interface Tokens {
  readonly access_token: string
  readonly refresh_token: string
}

story(
  'with a business code in HTTP 200 answers, the client refreshes once and receives the reason of an end',
  async ({ browser }) => {
    const system = await openSystem({ envelope: business })
    const page = await openPageOf(system, await openContext(browser))
    await signIn(page, system.accounts[0])
    const url = `${system.api.url}/api/hello`
    const ask = () =>
      page.evaluate(async (url) => {
        const response = await window.client.fetch(url)
        return [response.status, (await response.json()).code] as const
      }, url)
    const stale = await page.evaluate(() => window.client.token())
    system.expireAccessTokens()
    const before = refreshes(system)

    const answers = await Promise.all(Array.from({ length: 10 }, ask))

    expect(answers).toEqual(Array(10).fill([200, 10200]))
    expect(refreshes(system) - before).toBe(1)
    // A front end that knows nothing of Sessionward, with the expired token.
    const foreign = await fetch(url, { headers: { Authorization: `Bearer ${stale}` } })
    expect([foreign.status, foreign.headers.get('Cache-Control')]).toEqual([200, 'no-store'])
    expect(await foreign.json()).toMatchObject({ code: 10415, message: '访问令牌已过期。', data: null })

    const sid = await page.evaluate(() => window.client.session!.id)
    await system.auth.server.sessions.end(sid, 'session_replaced')
    await page.evaluate((url) => window.client.fetch(url).catch(() => {}), url)

    await page.waitForFunction(() => window.client.state === 'anonymous')
    expect(await page.evaluate(() => window.client.reason)).toBe('session_replaced')
  },
)

test('the server of the documentation answers a front end that reads only code, message and data', async () => {
  const origin = await openOrigin()
  await origin.close()
  const { url } = origin
  await runExample('business-codes/server.js', {
    'http://localhost:4000': url,
    'listen(4000)': `listen(${new URL(url).port})`,
  })
  const read = async (path: string, init: RequestInit = {}) => {
    const response = await fetch(url + path, init)
    return { status: response.status, ...((await response.json()) as { code: number; message: string; data: Tokens }) }
  }
  const post = (path: string, body: object) =>
    read(path, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) })
  const withToken = (token: string) => ({ headers: { Authorization: `Bearer ${token}` } })
  const ann = { username: 'ann', password: 'correct horse 42' }
  await expect.poll(() => post('/auth/register', ann).then(({ code }) => code, String)).toBe(10200)

  const { data: tokens } = await post('/auth/login', { ...ann, transport: 'body' })
  const orders = await read('/orders', withToken(tokens.access_token))
  const expired = await read('/orders', withToken(`${tokens.access_token}x`))
  const refreshed = await post('/auth/refresh', { refresh_token: tokens.refresh_token })
  const over = await post('/auth/refresh', { refresh_token: 'none' })
  const file = await fetch(`${url}/orders.csv`, withToken(refreshed.data.access_token))

  expect(orders).toMatchObject({ status: 200, code: 10200, message: '成功', data: { orders: [] } })
  expect(expired).toMatchObject({ status: 200, code: 10415, message: '访问令牌无效。', data: null })
  expect(refreshed).toMatchObject({ status: 200, code: 10200, data: { token_type: 'Bearer' } })
  expect(over).toMatchObject({ status: 200, code: 10422, data: null })
  expect(await file.text()).toBe('id,total\n')
})
