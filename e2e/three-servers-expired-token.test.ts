import { expect } from 'vitest'
import { story } from './harness/story.js'
import { openSignedInPage, openThreeServers, play } from './harness/three-servers.js'

story(
  'an expired access token is refreshed once, and the requests to both servers are repeated',
  async ({ browser }) => {
    const servers = await openThreeServers()
    const page = await openSignedInPage(browser, servers)
    const marks = [servers.auth, servers.orders, servers.invoices].map(({ log }) => log.length)

    const answers = await play(page, 'expire')

    expect(answers).toEqual(['401 access_token_expired → refresh → 200', '401 Unauthorized → refresh → 200'])
    const [auth, orders, invoices] = [servers.auth, servers.orders, servers.invoices].map(({ log }, i) =>
      log.slice(marks[i]).filter((line) => !line.startsWith('GET /.well-known')),
    )
    expect(auth!.filter((line) => line.startsWith('POST'))).toEqual(['POST /auth/refresh 200'])
    expect(orders).toEqual(['OPTIONS /orders 204', 'GET /orders 401', 'GET /orders 200'])
    expect(invoices).toEqual(['OPTIONS /invoices 204', 'GET /invoices 401', 'GET /invoices 200'])
    expect(await page.textContent('#news')).toBe('2 met an expired token. One refresh. 2 answered.')
  },
)
