import { expect } from 'vitest'
import { openDesk, openOffice, openSignedIn, sendAtOnce, signInAt } from './harness/back-office.js'
import { story } from './harness/story.js'

story(
  'a sign-in in a second browser is shown in the first with the device, although it sends no request',
  async ({ browser }) => {
    const office = await openOffice()
    const first = await openDesk(browser, office, 'auth-server')
    // Asked for before the sign-in, after which it may come at once.
    const stream = first.waitForResponse((response) => response.url().endsWith('/session/events'))
    await signInAt(first)
    await stream

    const second = await openSignedIn(browser, office, 'auth-server')

    await expect.poll(() => first.textContent('#ended')).toContain('signed in on another device')
    expect(await first.textContent('#ended')).toMatch(/(Chrome|Firefox) \(desktop\)/)
    expect(await first.isVisible('#sign-in')).toBe(true)
    expect(await sendAtOnce(second, 1)).toEqual(['done'])
  },
)
