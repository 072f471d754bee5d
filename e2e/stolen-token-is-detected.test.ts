import type { System } from '@sessionward/example-harness'
import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { expireTokenOf, openPageOf, requestsAtOnce, signIn } from './harness/page-client.js'
import { openContext, story } from './harness/story.js'
import { openSystem } from './harness/system.js'

story(
  'the use of a copied refresh token ends the session within three refreshes of the person, with the reason',
  async ({ browser }) => {
    const system = await openSystem()
    const page = await openPageOf(system, await openContext(browser), { transport: 'body' })
    await signIn(page, system.accounts[0])
    let stolen = await copyRefreshToken(page)
    let accessTokenOfThief = ''
    const use = async () => {
      const answer = await presentElsewhere(system, stolen)
      if (answer.status === 200) {
        stolen = answer.body.refresh_token
        accessTokenOfThief = answer.body.access_token
      }
      return answer
    }

    expect((await use()).status).toBe(200)
    let refreshed = 0
    while (refreshed < 3 && (await page.evaluate(() => window.client.state)) !== 'anonymous') {
      // The person's client refreshes when its token has expired; between two of its refreshes the thief uses the copy.
      const before = granted(system)
      await expireTokenOf(page, system)
      await requestsAtOnce(page, system, 1)
      if (granted(system) > before) refreshed++
      await use()
      // Longer than a race may last.
      system.clock.advance(11)
    }

    const thief = await use()
    expect(thief.status).toBe(401)
    expect(thief.body.code).toBe('refresh_token_reused')
    expect((await callAsThief(system, accessTokenOfThief)).code).toBe('refresh_token_reused')
    // The person learns it too, instead of staying on a page where every request fails.
    await requestsAtOnce(page, system, 1)
    await page.waitForFunction(() => window.client.state === 'anonymous')
    expect(await page.evaluate(() => window.client.reason)).toBe('refresh_token_reused')
  },
)

function granted({ auth }: System): number {
  const figures = auth.server.figures()
  return (figures.refresh_granted ?? 0) + (figures.refresh_confirmed ?? 0)
}

/** Finds what any script of the page, or a copy of the browser profile, would find. */
function copyRefreshToken(page: Page): Promise<string> {
  return page.evaluate(async () => {
    const opened = <T>(request: IDBRequest<T>) =>
      new Promise<T>((resolve, reject) => {
        request.onsuccess = () => resolve(request.result)
        request.onerror = () => reject(request.error)
      })
    for (const { name } of await indexedDB.databases()) {
      const database = await opened(indexedDB.open(name!))
      for (const store of database.objectStoreNames) {
        const records = await opened(database.transaction(store).objectStore(store).getAll())
        const token = JSON.stringify(records).match(/"refreshToken":"([\w-]{104})"/)?.[1]
        if (token) return token
      }
    }
    throw new Error('there is no refresh token in IndexedDB')
  })
}

async function presentElsewhere({ auth }: System, token: string) {
  const response = await fetch(`${auth.url}/auth/refresh`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ refresh_token: token }),
  })
  return {
    status: response.status,
    body: (await response.json()) as Record<string, string> & { refresh_token: string; access_token: string },
  }
}

async function callAsThief({ api }: System, accessToken: string) {
  const headers = { Authorization: `Bearer ${accessToken}` }
  const response = await fetch(`${api.url}/api/hello`, { headers })
  return (await response.json()) as { code?: string }
}
