import { expect } from 'vitest'
import { refreshes } from './harness/figures.js'
import { openPageOf, requestsAtOnce, signIn } from './harness/page-client.js'
import { openContext, story, storyIn } from './harness/story.js'
import { openSystem } from './harness/system.js'

const hour = 3600

storyIn('chromium')(
  'a wall display in the background stays signed in for a week, without growing in memory',
  async ({ browser }) => {
    const system = await openSystem({ accessTokenLifetime: 300, lifetimes: { accessToken: 300, idle: 2 * hour } })
    const context = await openContext(browser)
    await context.addInitScript(() => Object.defineProperty(document, 'hidden', { value: true }))
    await context.clock.install()
    const page = await openPageOf(system, context, { keepAlive: { every: hour } })
    await signIn(page, system.accounts[0])
    await context.clock.pauseAt(Date.now() + 60_000)
    const devTools = await context.newCDPSession(page)
    await devTools.send('Performance.enable')
    const measure = async () => {
      await devTools.send('HeapProfiler.collectGarbage')
      const { metrics } = await devTools.send('Performance.getMetrics')
      const of = (name: string) => metrics.find((metric) => metric.name === name)!.value
      return { listeners: of('JSEventListeners'), heap: of('JSHeapUsedSize') }
    }
    const pass = async (hours: number) => {
      for (let passed = 0; passed < hours; passed++) {
        const before = refreshes(system)
        system.clock.advance(hour)
        await page.clock.fastForward(hour * 1000)
        await expect.poll(() => refreshes(system)).toBe(before + 1)
        await page.waitForFunction(() => window.client.state === 'active', undefined, { polling: 10 })
      }
    }

    await pass(24)
    const firstDay = await measure()
    await pass(6 * 24)
    const week = await measure()

    expect(await page.evaluate(() => [window.client.state, window.client.session?.generation])).toEqual(['active', 168])
    expect(week.listeners).toBeLessThanOrEqual(firstDay.listeners)
    expect(week.heap - firstDay.heap).toBeLessThan(300_000)
  },
)

story('a wall display whose storage the browser deletes goes on, and stores its session again', async ({ browser }) => {
  const system = await openSystem()
  const page = await openPageOf(system, await openContext(browser), { transport: 'body', keepAlive: true })
  await signIn(page, system.accounts[0])
  const clearStorage = () =>
    page.evaluate(async () => {
      localStorage.clear()
      for (const { name } of await indexedDB.databases()) {
        await new Promise((resolve, reject) => {
          const deleting = indexedDB.deleteDatabase(name!)
          deleting.onsuccess = resolve
          deleting.onerror = reject
        })
      }
    })

  for (let time = 0; time < 3; time++) {
    await clearStorage()
    system.expireAccessTokens()
    expect(await requestsAtOnce(page, system, 5)).toEqual(Array(5).fill(200))
  }
  await page.reload()
  await page.waitForFunction(() => window.client.state === 'active')

  expect(refreshes(system)).toBe(4)
})
