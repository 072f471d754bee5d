import { describe, expect } from 'vitest'
import { backendOf, openOffice, openSignedIn, selectVariants, sendAtOnce } from './harness/back-office.js'
import { story } from './harness/story.js'

// Not `after`: their backend takes each refresh token once, so an answer that is lost there is a session that is lost.
describe.each(selectVariants('auth-server', 'single-token'))('%s', (variant) => {
  story(
    'when the answer to a refresh is lost, the next refresh works, and nobody is signed out',
    async ({ browser }) => {
      const office = await openOffice()
      const page = await openSignedIn(browser, office, variant)
      const backend = backendOf(office, variant)
      const refreshesBefore = backend.refreshes()
      backend.expireAccessTokens()
      const lost = office.faults.loseNextAnswer(({ url = '' }) => url.endsWith('/refresh'))

      const outcomes = sendAtOnce(page, 3)

      await lost
      expect(await outcomes).toEqual(['done', 'done', 'done'])
      expect(backend.refreshes() - refreshesBefore).toBe(2)
      expect(await page.textContent('#state')).toBe('signed in')
    },
  )
})
