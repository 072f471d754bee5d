import { expect } from 'vitest'
import { story } from './harness/story.js'
import { openSignedInPage, openThreeServers, play, tokenOf } from './harness/three-servers.js'

story('a forged token and an expired one are distinguished, except by the old verifier', async ({ browser }) => {
  const servers = await openThreeServers()
  const page = await openSignedInPage(browser, servers)
  const token = await tokenOf(page)

  const forged = await play(page, 'forge')
  const expired = await play(page, 'expire')

  expect(forged).toEqual(['401 access_token_invalid', '401 Unauthorized'])
  expect(expired[0]).toMatch(/^401 access_token_expired → refresh → 200$/)
  expect(expired[1]).toMatch(/^401 Unauthorized → refresh → 200$/)
  // The challenge says so too, for whoever reads no body (RFC 6750 section 3).
  const challenges = await Promise.all([token, token.slice(0, -9)].map((each) => challengeOf(servers.orders.url, each)))
  expect(challenges).toEqual([
    expect.stringContaining('code="access_token_expired"'),
    expect.stringContaining('code="access_token_invalid"'),
  ])
})

async function challengeOf(url: string, token: string): Promise<string | null> {
  const { headers } = await fetch(`${url}/orders`, { headers: { Authorization: `Bearer ${token}` } })
  return headers.get('WWW-Authenticate')
}
