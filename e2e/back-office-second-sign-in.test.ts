import { describe, expect } from 'vitest'
import { backendOf, openOffice, openSignedIn, selectVariants, sendAtOnce, settled } from './harness/back-office.js'
import { story } from './harness/story.js'

describe.each(selectVariants('after', 'auth-server', 'single-token'))('%s', (variant) => {
  story(
    'when a second browser signs in, the first shows the reason, and its waiting order is not sent',
    async ({ browser }) => {
      const office = await openOffice()
      const first = await openSignedIn(browser, office, variant)
      backendOf(office, variant).expireAccessTokens()
      const restore = office.faults.takeDown(({ url = '' }) => url.endsWith('/refresh'))
      const waiting = sendAtOnce(first, 1, 'post')
      const second = await openSignedIn(browser, office, variant)
      const reachedBefore = office.orders.log.length

      restore()

      expect(await settled(waiting, 30)).toEqual(['session_replaced'])
      await first.waitForSelector('#sign-in:not([hidden])')
      expect(await first.textContent('#ended')).toContain('signed in on another device')
      expect(office.orders.log.slice(reachedBefore)).toEqual([])
      expect(await sendAtOnce(second, 3)).toEqual(['done', 'done', 'done'])
    },
  )
})
