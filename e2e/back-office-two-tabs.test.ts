import { describe, expect } from 'vitest'
import { backendOf, openOffice, openSignedIn, selectVariants, sendAtOnce } from './harness/back-office.js'
import { story } from './harness/story.js'

describe.each(selectVariants('after', 'auth-server', 'single-token'))('%s', (variant) => {
  story(
    'a duplicated tab and its original with an expired token refresh once, and both stay signed in',
    async ({ browser }) => {
      const office = await openOffice()
      const page = await openSignedIn(browser, office, variant)
      // As "duplicate tab" does, a page that opens another one gives it a copy of its session storage.
      const opening = page.waitForEvent('popup')
      await page.evaluate(() => void window.open(location.href))
      const copy = await opening
      await copy.waitForSelector('#orders tr')
      const backend = backendOf(office, variant)
      const refreshesBefore = backend.refreshes()
      backend.expireAccessTokens()

      const outcomes = await Promise.all([sendAtOnce(page, 10), sendAtOnce(copy, 10)])

      expect(outcomes.flat()).toEqual(Array(20).fill('done'))
      expect(backend.refreshes() - refreshesBefore).toBe(1)
      backend.expireAccessTokens()
      expect(await Promise.all([sendAtOnce(page, 1), sendAtOnce(copy, 1)])).toEqual([['done'], ['done']])
    },
  )
})
