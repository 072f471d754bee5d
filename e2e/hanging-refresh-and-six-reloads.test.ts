import { request as send } from 'node:http'
import { memoryStore } from '@sessionward/server/store/memory'
import type { BrowserContext } from 'playwright-core'
import { expect } from 'vitest'
import { openPageOf, requestsAtOnce, signIn } from './harness/page-client.js'
import { openContext, story } from './harness/story.js'
import { openSystem } from './harness/system.js'

const reloads = 6

story('a page whose refresh hangs and that is reloaded six times stays signed in', async ({ browser }) => {
  const begun = Date.now()
  // A tenth as fast, so that on a busy machine too all of it happens within the ten seconds of a race.
  const store = memoryStore({ now: () => Math.floor(begun + (Date.now() - begun) / 10) })
  const system = await openSystem({ store })
  const context = await openContext(browser)
  const page = await openPageOf(system, context)
  await signIn(page, system.accounts[0])

  const hanging = await holdNextRefresh(context, () => page.reload())
  for (let reload = 0; reload < reloads; reload++) {
    await page.reload()
    await page.waitForFunction(() => window.client.state === 'active')
  }
  const status = await hanging.arrive()

  expect(status).toBe(409)
  expect(await requestsAtOnce(page, system, 3)).toEqual([200, 200, 200])
  await page.reload()
  await page.waitForFunction(() => window.client.state === 'active')
  expect(system.auth.server.figures().session_revoked ?? 0).toBe(0)
})

/** Keeps the refresh that an action causes on its way, whatever becomes of its page. `arrive` delivers it. */
async function holdNextRefresh(context: BrowserContext, act: () => Promise<unknown>) {
  const held = new Promise<{ readonly url: string; readonly headers: Record<string, string> }>((resolve) => {
    void context.route(
      '**/auth/refresh',
      async (route) => {
        const request = route.request()
        if (request.method() === 'POST') resolve({ url: request.url(), headers: await request.allHeaders() })
      },
      { times: 1 },
    )
  })
  await act()
  const { url, headers } = await held
  return {
    arrive: () =>
      new Promise<number | undefined>((resolve, reject) => {
        const { 'content-length': _, ...others } = headers
        const request = send(url, { method: 'POST', headers: others }, (response) => {
          response.resume()
          resolve(response.statusCode)
        })
        request.on('error', reject).end('{}')
      }),
  }
}
