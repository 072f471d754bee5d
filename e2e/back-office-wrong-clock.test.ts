import { describe, expect } from 'vitest'
import { backendOf, openDesk, openOffice, selectVariants, sendAtOnce, signInAt } from './harness/back-office.js'
import { story } from './harness/story.js'

describe.each(selectVariants('after', 'auth-server', 'single-token'))('%s', (variant) => {
  story.for([-3600, 3600])(
    'with a wall clock that is %i seconds wrong, the page refreshes exactly when needed',
    async (wrong, { browser }) => {
      const office = await openOffice()
      const backend = backendOf(office, variant)
      const page = await openDesk(browser, office, variant)
      await page.addInitScript((wrong) => {
        const right = Date.now
        Date.now = () => right() + wrong * 1000
      }, wrong)
      await page.reload()
      await signInAt(page)
      const refreshesBefore = backend.refreshes()

      expect(await sendAtOnce(page, 5)).toEqual(Array(5).fill('done'))
      expect(backend.refreshes() - refreshesBefore).toBe(0)
      backend.expireAccessTokens()
      expect(await sendAtOnce(page, 5)).toEqual(Array(5).fill('done'))
      expect(backend.refreshes() - refreshesBefore).toBe(1)
    },
  )
})
