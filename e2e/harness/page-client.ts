import type { System } from '@sessionward/example-harness'
import type { BrowserContext, Page } from 'playwright-core'
import { type BareOptions, openBarePage } from './bare-page.js'

/** Opens the system's blank page with a client of its auth server, or of the `server` that is given. */
export function openPageOf(
  { auth, api, page }: System,
  context: BrowserContext,
  options: Partial<Omit<BareOptions, 'origins'>> = {},
): Promise<Page> {
  return openBarePage(context, page.url, { server: auth.url, origins: [api.url], ...options })
}

/** Signs in as one of the system's two accounts. */
export async function signIn(page: Page, account: System['accounts'][number]): Promise<void> {
  await page.evaluate((input) => window.client.signIn(input), account)
}

/** Sends requests at once through the page's client. @returns the status of each, or the name of its error. */
export function requestsAtOnce(page: Page, { api }: System, count: number): Promise<(number | string)[]> {
  return page.evaluate(
    ([url, count]) =>
      Promise.all(
        Array.from({ length: count }, () =>
          window.client.fetch(url).then(
            (response) => response.status,
            (error: Error) => error.name,
          ),
        ),
      ),
    [`${api.url}/api/hello`, count] as const,
  )
}

/** Lets the business server treat the page's access token as expired, and no other token. */
export async function expireTokenOf(page: Page, { api }: System): Promise<void> {
  const { tokenId } = await api.guard.verify(await page.evaluate(() => window.client.token()))
  api.guard.expire(tokenId)
}
