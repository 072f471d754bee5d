import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { openBarePage } from './harness/bare-page.js'
import { expireToken, requestsAtOnce } from './harness/page-acts.js'
import { firstAccount, openPlayground, type Playground } from './harness/playground.js'
import { openContext, story } from './harness/story.js'

story(
  'a thief with a copied refresh token is out within three refreshes of the person, and the person hears why',
  async ({ browser }) => {
    const playground = await openPlayground({ accessTokenLifetime: 300 })
    const context = await openContext(browser)
    const options = { server: playground.auth.url, origins: [playground.api.url], transport: 'body' } as const
    const page = await openBarePage(context, playground.web.url, options)
    await page.evaluate((account) => window.client.signIn(account), firstAccount(playground))
    let stolen = await copyRefreshToken(page)
    let thiefsAccessToken = ''
    const use = async () => {
      const answer = await presentElsewhere(playground, stolen)
      if (answer.status === 200) {
        stolen = answer.body.refresh_token
        thiefsAccessToken = answer.body.access_token
      }
      return answer
    }

    expect((await use()).status).toBe(200)
    let honest = 0
    while (honest < 3 && (await page.evaluate(() => window.client.state)) !== 'anonymous') {
      // The person's client refreshes when its token has expired; between two of its refreshes the thief uses his.
      const before = await playground.figures()
      await expireToken(page, playground)
      await requestsAtOnce(page, playground, 1)
      const after = await playground.figures()
      if (granted(after) > granted(before)) honest++
      await use()
      // Longer than a race may last: an access token really lives for minutes.
      await new Promise((resolve) => setTimeout(resolve, 11_000))
    }

    const thief = await use()
    expect(thief.status).toBe(401)
    expect(thief.body.code).toBe('refresh_token_reused')
    expect((await callAsThief(playground, thiefsAccessToken)).code).toBe('refresh_token_reused')
    // The person is told, and is not left with a page that only fails.
    await requestsAtOnce(page, playground, 1)
    await page.waitForFunction(() => window.client.state === 'anonymous')
    expect(await page.evaluate(() => window.client.reason)).toBe('refresh_token_reused')
  },
)

function granted(figures: Readonly<Record<string, number>>): number {
  return (figures.refresh_granted ?? 0) + (figures.refresh_confirmed ?? 0)
}

/** What a script in the page, or a copy of the profile folder, would find. */
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

async function presentElsewhere(playground: Playground, token: string) {
  const response = await fetch(`${playground.auth.url}/auth/refresh`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ refresh_token: token }),
  })
  return {
    status: response.status,
    body: (await response.json()) as Record<string, string> & { refresh_token: string; access_token: string },
  }
}

async function callAsThief(playground: Playground, accessToken: string) {
  const headers = { Authorization: `Bearer ${accessToken}` }
  const response = await fetch(`${playground.api.url}/api/hello`, { headers })
  return (await response.json()) as { code?: string }
}
