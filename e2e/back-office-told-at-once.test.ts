import { expect } from 'vitest'
import { openOffice, openSignedIn, sendAtOnce } from './harness/back-office.js'
import { story } from './harness/story.js'

story(
  'a second browser signs in: the first says so with the device, though it sends no request',
  async ({ browser }) => {
    const office = await openOffice()
    const first = await openSignedIn(browser, office, 'auth-server')
    const stream = first.waitForResponse((response) => response.url().endsWith('/session/events'))
    await stream

    const second = await openSignedIn(browser, office, 'auth-server')

    await expect.poll(() => first.textContent('#ended')).toContain('signed in on another device')
    expect(await first.textContent('#ended')).toContain('Chrome (desktop)')
    expect(await first.isVisible('#sign-in')).toBe(true)
    expect(await sendAtOnce(second, 1)).toEqual(['done'])
  },
)
