import { isRefresh } from '@sessionward/example-harness'
import { expect } from 'vitest'
import { refreshes } from './harness/figures.js'
import { openPageOf, requestsAtOnce, signIn } from './harness/page-client.js'
import { openContext, story, storyIn } from './harness/story.js'
import { openSystem } from './harness/system.js'

const options = { sessionKind: 'fixed' } as const

for (const transport of ['cookie', 'body'] as const) {
  story(`with an identity token in the ${transport}, two tabs exchange it once and reload`, async ({ browser }) => {
    const system = await openSystem(options)
    const context = await openContext(browser)
    const open = () => openPageOf(system, context, { transport })
    const first = await open()
    await signIn(first, system.accounts[0])
    const second = await open()
    await second.waitForFunction(() => window.client.state === 'active')

    for (let round = 0; round < 5; round++) {
      // Every tab holds the same token now: the one that fetched it has shared it.
      await Promise.all([first, second].map((page) => page.evaluate(() => window.client.token())))
      system.expireAccessTokens()
      const before = refreshes(system)
      const answers = await Promise.all([first, second].map((page) => requestsAtOnce(page, system, 10)))
      expect(answers.flat()).toEqual(Array(20).fill(200))
      expect(refreshes(system) - before).toBe(1)
    }
    await first.reload()
    await first.waitForFunction(() => window.client.state === 'active')

    expect(await requestsAtOnce(first, system, 3)).toEqual([200, 200, 200])
    expect(await requestsAtOnce(second, system, 3)).toEqual([200, 200, 200])
    expect(system.auth.server.figures()).toMatchObject({ session_started: 1 })
    expect(system.auth.server.figures().session_revoked ?? 0).toBe(0)
  })

  story(`with an identity token in the ${transport}, three lost answers sign nobody out`, async ({ browser }) => {
    const system = await openSystem(options)
    const page = await openPageOf(system, await openContext(browser), { transport })
    await signIn(page, system.accounts[0])

    for (let loss = 0; loss < 3; loss++) {
      system.expireAccessTokens()
      const lost = system.auth.faults.loseNextAnswer(isRefresh)
      const request = requestsAtOnce(page, system, 1)
      await lost
      await request
      await page.waitForFunction(() => window.client.state === 'active', undefined, { timeout: 20_000 })
      expect(await requestsAtOnce(page, system, 5)).toEqual([200, 200, 200, 200, 200])
    }

    expect(system.auth.server.figures().session_revoked ?? 0).toBe(0)
  })
}

storyIn('chromium', 'firefox')(
  'an identity cookie stays as it was until a sign-out in one tab ends it for all',
  async ({ browser }) => {
    const system = await openSystem(options)
    const context = await openContext(browser)
    const [one, other] = [await openPageOf(system, context), await openPageOf(system, context)]
    await signIn(one, system.accounts[0])
    await other.waitForFunction(() => window.client.state === 'active')
    const cookies = await context.cookies(system.auth.url)
    for (let round = 0; round < 3; round++) {
      system.expireAccessTokens()
      expect(await requestsAtOnce(one, system, 1)).toEqual([200])
    }
    expect(await context.cookies(system.auth.url)).toEqual(cookies)

    await one.evaluate(() => window.client.signOut())

    await other.waitForFunction(() => window.client.state === 'anonymous')
    expect(await other.evaluate(() => window.client.reason)).toBe('signed_out')
    expect(await context.cookies(system.auth.url)).toEqual([])
  },
)
