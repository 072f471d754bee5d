import { expect } from 'vitest'
import { openBarePage } from './harness/bare-page.js'
import { requestsAtOnce } from './harness/page-acts.js'
import { firstAccount, openPlayground } from './harness/playground.js'
import { openContext, story } from './harness/story.js'

story(
  'after a sign-out everywhere the business server refuses a token with time left, within a second',
  async ({ browser }) => {
    const playground = await openPlayground({ accessTokenLifetime: 60 })
    const options = { server: playground.auth.url, origins: [playground.api.url] }
    const [laptop, phone] = await Promise.all([openContext(browser), openContext(browser)])
    const [atLaptop, atPhone] = await Promise.all([
      openBarePage(laptop!, playground.web.url, options),
      openBarePage(phone!, playground.web.url, options),
    ])
    for (const page of [atLaptop, atPhone]) {
      await page.evaluate((account) => window.client.signIn(account), firstAccount(playground))
      expect(await requestsAtOnce(page, playground, 1)).toEqual([200])
    }
    const token = await atLaptop.evaluate(() => window.client.token())
    const { exp } = JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString()) as { exp: number }

    await atPhone.evaluate(() => window.client.signOut({ everywhere: true }))
    const signedOut = performance.now()
    let refusal = await call(playground.api.url, token)
    while (refusal.status !== 401 && performance.now() - signedOut < 1000)
      refusal = await call(playground.api.url, token)

    expect(refusal).toEqual({ status: 401, code: 'signed_out', verdict: 'terminal' })
    expect(exp - Date.now() / 1000).toBeGreaterThan(10)
    // The laptop is told why at its next request, and does not keep asking.
    await requestsAtOnce(atLaptop, playground, 1)
    await atLaptop.waitForFunction(() => window.client.state === 'anonymous')
    expect(await atLaptop.evaluate(() => window.client.reason)).toBe('signed_out')
  },
)

async function call(api: string, token: string) {
  const response = await fetch(`${api}/api/hello`, { headers: { Authorization: `Bearer ${token}` } })
  const { code, verdict } = (await response.json()) as { code?: string; verdict?: string }
  return { status: response.status, code, verdict }
}
