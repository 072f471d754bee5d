import type { adoptLegacy } from '@sessionward/client/legacy'
import type { System } from '@sessionward/example-harness'
import type { BrowserContext, Page } from 'playwright-core'
import { expect } from 'vitest'
import { bundledClient } from './harness/bare-page.js'
import { openPageOf, requestsAtOnce } from './harness/page-client.js'
import { openContext, story } from './harness/story.js'
import { openSystem } from './harness/system.js'

declare const sessionwardClient: { readonly adoptLegacy: typeof adoptLegacy }

story('two tabs that open with an old cookie share one session, and a sign-out is not undone', async ({ browser }) => {
  const system = await openMovingSystem()
  const context = await openContext(browser)
  await setOldCookie(context, system)

  const pages = await Promise.all([openPageOf(system, context), openPageOf(system, context)])
  for (const page of pages) await stateIs(page, 'active')
  const ids = await Promise.all(pages.map((page) => page.evaluate(() => window.client.session!.id)))
  const statuses = await Promise.all(pages.map((page) => requestsAtOnce(page, system, 5)))
  system.expireAccessTokens()
  const later = await Promise.all(pages.map((page) => requestsAtOnce(page, system, 5)))

  expect(ids[0]).toBe(ids[1])
  expect([...statuses, ...later].flat()).toEqual(Array.from({ length: 20 }, () => 200))
  expect(system.auth.server.figures()).toMatchObject({ session_started: 1 })

  await pages[0]!.evaluate(() => window.client.signOut())
  await stateIs(pages[1]!, 'anonymous')
  await pages[0]!.reload()
  await stateIs(pages[0]!, 'anonymous')

  expect(await pages[0]!.evaluate(() => window.client.reason)).toBe('signed_out')
  expect((await context.cookies(system.auth.url)).map(({ name }) => name)).toEqual(['old'])
})

for (const transport of ['cookie', 'body'] as const) {
  story(`two tabs hand over the token that script has kept, with transport ${transport}`, async ({ browser }) => {
    const system = await openMovingSystem()
    const context = await openContext(browser)
    const pages = [await openPageOf(system, context, { transport }), await openPageOf(system, context, { transport })]
    for (const page of pages) await page.addScriptTag({ content: await bundledClient('legacy-entry.ts') })

    const results = await Promise.all(
      pages.map((page) => page.evaluate(() => sessionwardClient.adoptLegacy(window.client, 'old token of ann'))),
    )
    system.expireAccessTokens()
    const statuses = await Promise.all(pages.map((page) => requestsAtOnce(page, system, 5)))
    await pages[1]!.reload()
    await stateIs(pages[1]!, 'active')

    expect(results.map(({ outcome }) => outcome)).toEqual(['signed-in', 'signed-in'])
    expect(statuses.flat()).toEqual(Array.from({ length: 10 }, () => 200))
    expect(system.auth.server.figures()).toMatchObject({ session_started: 1 })
  })
}

/** A system whose old tokens are ann's. */
async function openMovingSystem(): Promise<System> {
  const system: System = await openSystem({
    logger: { warn() {}, error: console.error },
    adoptLegacy: {
      until: '2099-12-31',
      cookie: 'old',
      async identify(token) {
        const account = await system.auth.server.accounts!.find({ username: 'ann' })
        return token === 'old token of ann' ? { subject: account!.subject, issuedAt: Date.now() } : null
      },
    },
  })
  return system
}

async function setOldCookie(context: BrowserContext, { auth }: System): Promise<void> {
  const value = encodeURIComponent('old token of ann')
  await context.addCookies([{ name: 'old', value, url: auth.url, httpOnly: true }])
}

async function stateIs(page: Page, state: string): Promise<void> {
  await page.waitForFunction((wanted) => window.client.state === wanted, state)
}
