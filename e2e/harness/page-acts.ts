import type { Page } from 'playwright-core'
import type { Playground } from './playground.js'

/**
 * Lets the business server answer the page's present access token as it will once it has expired: its genuine 401. The
 * playground's own control, so that a story does not wait for the clock.
 */
export async function expireToken(page: Page, playground: Playground): Promise<void> {
  await page.evaluate(async (api) => {
    const payload = (await window.client.token()).split('.')[1]!.replaceAll('-', '+').replaceAll('_', '/')
    const { jti } = JSON.parse(atob(payload))
    await fetch(`${api}/playground/expire`, { method: 'POST', body: JSON.stringify({ jti }) })
  }, playground.api.url)
}

/** One of the playground's faults at the auth server, for the session of this page. */
export async function fault(
  page: Page,
  playground: Playground,
  name: 'lose' | 'away',
  input: { readonly seconds?: number } = {},
): Promise<void> {
  await page.evaluate(
    async ([auth, name, input]) => {
      const body = JSON.stringify({ sid: window.client.session!.id, ...input })
      await fetch(`${auth}/playground/${name}`, { method: 'POST', body })
    },
    [playground.auth.url, name, input] as const,
  )
}

/** So many requests of the page at once through its client. @returns the status of each, or the name of its error. */
export function requestsAtOnce(page: Page, playground: Playground, count: number): Promise<(number | string)[]> {
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
    [`${playground.api.url}/api/hello`, count] as const,
  )
}
