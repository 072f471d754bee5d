import type { Page } from 'playwright-core'
import { describe, expect } from 'vitest'
import { backendOf, openOffice, openSignedIn, selectVariants, sendAtOnce, settled } from './harness/back-office.js'
import { story } from './harness/story.js'

/** Their backend has forgotten the session; ours knows that it was ended. */
const ended: Readonly<Record<string, readonly [reason: string, sentence: string]>> = {
  after: ['refresh_token_invalid', 'does not know this session any more'],
  'auth-server': ['session_revoked', 'The session was ended'],
  'single-token': ['session_revoked', 'The session was ended'],
}

/** How often the page begins to ask for a sign-in, in `window.shown`. */
function countSignInForms(page: Page): Promise<void> {
  return page.evaluate(() => {
    const form = document.querySelector<HTMLElement>('#sign-in')!
    let wasHidden = form.hidden
    const counter = Object.assign(window, { shown: 0 })
    new MutationObserver(() => {
      if (wasHidden && !form.hidden) counter.shown++
      wasHidden = form.hidden
    }).observe(form, { attributes: true })
  })
}

const variants = selectVariants('after', 'auth-server', 'single-token')

describe.each(variants)('%s', (variant) => {
  story(
    'when the session is over and no event has said so, thirty requests are rejected with the reason, and the page asks once to sign in',
    async ({ browser }) => {
      const office = await openOffice()
      const page = await openSignedIn(browser, office, variant)
      await countSignInForms(page)
      const reachedBefore = office.orders.log.length
      // Otherwise an event may tell the page first, which would then send the requests without a token.
      office.faults.takeDown(({ url = '' }) => url.endsWith('/session/events'))
      await backendOf(office, variant).forgetEverybody()

      const outcomes = await settled(sendAtOnce(page, 30, 'post'), 20)

      const [reason, sentence] = ended[variant]!
      expect(outcomes).toEqual(Array(30).fill(reason))
      await page.waitForSelector('#sign-in:not([hidden])')
      expect(await page.evaluate(() => (window as never as { shown: number }).shown)).toBe(1)
      expect(await page.textContent('#ended')).toContain(sentence)
      expect(office.orders.log.slice(reachedBefore)).toEqual([])
    },
  )
})

// The variants at once: the client gives up after a while only, and waiting takes no processor.
story(
  'a refresh without an answer rejects every request, signs nobody out, and the next request works',
  async ({ browser }) => {
    await Promise.all(
      variants.map(async (variant) => {
        const office = await openOffice()
        const page = await openSignedIn(browser, office, variant)
        backendOf(office, variant).expireAccessTokens()
        const restore = office.faults.takeDown(({ url = '' }) => url.endsWith('/refresh'))

        const outcomes = await settled(sendAtOnce(page, 30), 40)

        expect(outcomes, variant).toHaveLength(30)
        expect(new Set(outcomes), variant).not.toContain('done')
        expect(await page.isVisible('#office'), variant).toBe(true)
        restore()
        await expect.poll(() => sendAtOnce(page, 2), { timeout: 20_000, message: variant }).toEqual(['done', 'done'])
      }),
    )
  },
)
