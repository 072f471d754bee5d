import { describe, expect } from 'vitest'
import { openPageOf, requestsAtOnce } from './harness/page-client.js'
import { restartingBrowser } from './harness/persistent.js'
import { story } from './harness/story.js'
import { openSystem } from './harness/system.js'

describe.each(['cookie', 'body'] as const)('with transport %s', (transport) => {
  for (const [remember, state] of [
    [true, 'active'],
    [undefined, 'active'],
    [false, 'anonymous'],
  ] as const) {
    // `browser` is not used, but a machine without Chromium skips the story.
    story(
      `with remember ${remember} the client is ${state} after the browser was restarted`,
      async ({ browser: _ }) => {
        const system = await openSystem()
        const browser = restartingBrowser()
        const page = await openPageOf(system, await browser.start(), { transport })
        await page.evaluate((input) => window.client.signIn(input), { ...system.accounts[0], remember })
        // A reload and a second tab go on in any case.
        await page.reload()
        await page.waitForFunction(() => window.client.state === 'active')
        const second = await openPageOf(system, page.context(), { transport })
        await second.waitForFunction(() => window.client.state === 'active')
        await page.close()
        system.expireAccessTokens()
        expect(await requestsAtOnce(second, system, 2)).toEqual([200, 200])
        await second.reload()
        await second.waitForFunction(() => window.client.state === 'active')

        await browser.quit()
        const after = await openPageOf(system, await browser.start(), { transport })
        await after.waitForFunction(() => window.client.state !== 'unknown')

        expect(await after.evaluate(() => window.client.state)).toBe(state)
      },
    )
  }
})

story('without remember the session ends when it has been idle for twelve hours', async ({ browser: _ }) => {
  const system = await openSystem()
  const browser = restartingBrowser()
  const page = await openPageOf(system, await browser.start())
  const refreshAfter = async (hours: number) => {
    system.clock.advance(hours * 3600)
    return await requestsAtOnce(page, system, 1)
  }
  await page.evaluate((input) => window.client.signIn(input), { ...system.accounts[0], remember: false })

  expect(await refreshAfter(11)).toEqual([200])
  // The idle timeout counts from the last refresh, and stays short.
  expect(await refreshAfter(11)).toEqual([200])
  expect(await refreshAfter(13)).toEqual(['SignedOutError'])
  await page.evaluate((input) => window.client.signIn(input), { ...system.accounts[0], remember: true })
  expect(await refreshAfter(13 * 24)).toEqual([200])
})
