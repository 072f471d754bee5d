import { expect } from 'vitest'
import { openPageOf, requestsAtOnce, signIn } from './harness/page-client.js'
import { openContext, story } from './harness/story.js'
import { openSystem } from './harness/system.js'

story(
  'after a sign-out everywhere the business server refuses an unexpired token within a second',
  async ({ browser }) => {
    const system = await openSystem({ accessTokenLifetime: 60 })
    const contexts = await Promise.all([openContext(browser), openContext(browser)])
    const [laptop, phone] = await Promise.all([openPageOf(system, contexts[0]!), openPageOf(system, contexts[1]!)])
    for (const page of [laptop, phone]) {
      await signIn(page, system.accounts[0])
      expect(await requestsAtOnce(page, system, 1)).toEqual([200])
    }
    const token = await laptop.evaluate(() => window.client.token())
    const { exp } = JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString()) as { exp: number }

    await phone.evaluate(() => window.client.signOut({ everywhere: true }))
    const signedOut = performance.now()
    let refusal = await call(system.api.url, token)
    while (refusal.status !== 401 && performance.now() - signedOut < 1000) refusal = await call(system.api.url, token)

    expect(refusal).toEqual({ status: 401, code: 'signed_out', verdict: 'terminal' })
    expect(exp - Date.now() / 1000).toBeGreaterThan(10)
    // The laptop learns the reason at its next request, and does not keep asking.
    await requestsAtOnce(laptop, system, 1)
    await laptop.waitForFunction(() => window.client.state === 'anonymous')
    expect(await laptop.evaluate(() => window.client.reason)).toBe('signed_out')
  },
)

async function call(api: string, token: string) {
  const response = await fetch(`${api}/api/hello`, { headers: { Authorization: `Bearer ${token}` } })
  const { code, verdict } = (await response.json()) as { code?: string; verdict?: string }
  return { status: response.status, code, verdict }
}
