import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { story } from './harness/story.js'
import { openSignedInPage, openThreeServers, tokenOf } from './harness/three-servers.js'

story(
  'when the PEM is rotated under load, the guard refuses no token, and no request of the page fails',
  async ({ browser }) => {
    const servers = await openThreeServers()
    const page = await openSignedInPage(browser, servers)
    const before = kidOf(await tokenOf(page))
    const marks = [servers.orders, servers.invoices].map(({ log }) => log.length)

    const load = startLoad(page)
    await expect.poll(() => servers.orders.log.length - marks[0]!).toBeGreaterThan(20)
    await servers.rotateKey()
    const rotated = servers.orders.log.length
    await expect.poll(() => servers.orders.log.length - rotated).toBeGreaterThan(20)
    await page.evaluate(() => Object.assign(window, { loadIsOver: true }))
    const statuses = await load

    expect(statuses.length).toBeGreaterThan(80)
    expect(statuses.filter((status) => status !== 200)).toEqual([])
    const [orders, invoices] = [servers.orders, servers.invoices].map(({ log }, i) => log.slice(marks[i]))
    expect(orders!.filter((line) => line.endsWith(' 401'))).toEqual([])
    // The old verifier knows one key: it refuses tokens that have time left, and a refresh answers that.
    expect(invoices!.filter((line) => line.endsWith(' 401')).length).toBeGreaterThan(0)
    const after = kidOf(await tokenOf(page))
    expect(after).not.toBe(before)
    const { keys } = await fetch(`${servers.auth.url}/.well-known/jwks.json`).then((response) => response.json())
    expect(keys.map(({ kid }: { kid: string }) => kid)).toEqual([after, before])
  },
)

/** Four at a time call both servers, until `window.loadIsOver`. @returns the statuses that the page got. */
function startLoad(page: Page): Promise<readonly number[]> {
  return page.evaluate(async () => {
    const { client, config } = window.threeServers
    const statuses: number[] = []
    const call = (name: 'orders' | 'invoices') =>
      client.fetch(`${config[name]}/${name}`).then(
        ({ status }) => status,
        () => 0,
      )
    const worker = async () => {
      while (!('loadIsOver' in window)) statuses.push(...(await Promise.all([call('orders'), call('invoices')])))
    }
    await Promise.all(Array.from({ length: 4 }, worker))
    return statuses
  })
}

function kidOf(token: string): string {
  return JSON.parse(Buffer.from(token.split('.')[0]!, 'base64url').toString()).kid
}
