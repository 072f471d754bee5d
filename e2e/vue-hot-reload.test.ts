import { expect } from 'vitest'
import { refreshes } from './harness/figures.js'
import { openContext, story } from './harness/story.js'
import { openSystem } from './harness/system.js'
import { hotModules } from './harness/vue-page.js'

declare global {
  interface Window {
    channels: Set<BroadcastChannel>
    instance: { interceptors: { request: { handlers: unknown[] } }; get(url: string): Promise<{ status: number }> }
  }
}

story(
  'five hot reloads leave one interceptor, one channel, one stream, and one refresh for ten calls',
  async ({ browser }) => {
    const system = await openSystem()
    const context = await openContext(browser)
    await context.addInitScript(() => {
      window.channels = new Set()
      window.BroadcastChannel = class extends BroadcastChannel {
        constructor(name: string) {
          super(name)
          window.channels.add(this)
        }
        override close() {
          super.close()
          window.channels.delete(this)
        }
      }
    })
    const page = await context.newPage()
    let streams = 0
    page.on('request', (request) => {
      if (request.url().endsWith('/session/events')) streams++
    })
    await page.goto(system.page.url)
    const content = await hotModules(system)
    await page.addScriptTag({ content })
    await page.evaluate((input) => window.client.signIn(input), system.accounts[0])
    await expect.poll(() => streams).toBe(1)
    const channels = await page.evaluate(() => window.channels.size)

    for (let round = 0; round < 5; round++) await page.addScriptTag({ content })
    system.expireAccessTokens()
    const statuses = await page.evaluate(
      (url) => Promise.all(Array.from({ length: 10 }, async () => (await window.instance.get(url)).status)),
      `${system.api.url}/api/hello`,
    )

    expect(statuses).toEqual(Array(10).fill(200))
    expect([refreshes(system), streams]).toEqual([1, 1])
    expect(await page.evaluate(() => window.channels.size)).toBe(channels)
    const interceptors = () => window.instance.interceptors.request.handlers.filter(Boolean).length
    expect(await page.evaluate(interceptors)).toBe(1)
    expect(await page.evaluate(() => window.status)).toBe('signed-in')
  },
)
