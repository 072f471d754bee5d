import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { openPageOf, requestsAtOnce, signIn } from './harness/page-client.js'
import { openContext, story } from './harness/story.js'
import { openSystem } from './harness/system.js'

const body = { transport: 'body' } as const

story('a page that is busy for 2.5 seconds just after it opened is still signed in', async ({ browser }) => {
  const system = await openSystem()
  const page = await openPageOf(system, await openContext(browser), body)
  await signIn(page, system.accounts[0])
  // Begins in the task that has created the client.
  await page.addInitScript(() => {
    const end = performance.now() + 2500
    while (performance.now() < end);
  })

  for (let time = 0; time < 3; time++) {
    await page.reload()
    await page.waitForFunction(() => window.client.state !== 'unknown')

    expect(await page.evaluate(() => window.client.state)).toBe('active')
  }
})

story('a page that opens while another tab is busy inside the vault waits, and is signed in', async ({ browser }) => {
  const system = await openSystem()
  const context = await openContext(browser)
  const busy = await openPageOf(system, context, body)
  await signIn(busy, system.accounts[0])
  await holdVault(busy, 4)

  const page = await openPageOf(system, context, body)
  const requests = requestsAtOnce(page, system, 3)

  expect(await requests).toEqual([200, 200, 200])
  expect(system.auth.server.figures().session_started).toBe(1)
})

/** Keeps a transaction open on every vault of the page's origin for so many seconds. */
async function holdVault(page: Page, seconds: number): Promise<void> {
  await page.evaluate(async (milliseconds) => {
    // The access token goes, so that no tab can ask this one for it.
    window.client.destroy()
    const end = performance.now() + milliseconds
    for (const { name } of await indexedDB.databases()) {
      const opening = indexedDB.open(name!)
      await new Promise((resolve) => {
        opening.onsuccess = resolve
      })
      const store = opening.result.transaction('vault', 'readwrite').objectStore('vault')
      const touch = () => {
        if (performance.now() < end) store.get('vault').onsuccess = touch
      }
      touch()
    }
  }, seconds * 1000)
}
