import { expect } from 'vitest'
import { openKoaIdentity, openSignedInPage, play } from './harness/koa-identity.js'
import { story } from './harness/story.js'

story('an expired token is exchanged before the request is sent', async ({ browser }) => {
  const system = await openKoaIdentity({ accessToken: 3 })
  const page = await openSignedInPage(browser, system)
  const mark = system.log.length

  const seen = await play(page, 'sleep')

  expect(seen).toContain('The token had run out, so a new one came first.')
  const sent = system.log.slice(mark).filter((line) => /\/auth\/refresh|\/api\//.test(line))
  // Nothing else was refreshed while the page slept, and the business route never saw the old token.
  expect(sent.slice(-2)).toEqual(['POST /auth/refresh 200', 'GET /api/orders 200'])
  expect(sent.filter((line) => line.startsWith('GET'))).toEqual(['GET /api/orders 200'])
})

story('the remaining lifetime of the token is checked before each request', async ({ browser }) => {
  const system = await openKoaIdentity({ accessToken: 60 })
  const page = await openSignedInPage(browser, system)
  const mark = system.log.length

  for (let i = 0; i < 3; i++)
    expect(await play(page, 'call')).toMatch(/^The token had (5\d|60) s left\. The request was sent/)

  // None of them needed another token.
  expect(system.log.slice(mark).filter((line) => line.includes('/auth/refresh'))).toEqual([])
})

story('the cookie lasts a month, is hidden from scripts, and no exchange changes it', async ({ browser }) => {
  const system = await openKoaIdentity()
  const page = await openSignedInPage(browser, system)
  const cookies = () => page.context().cookies()
  const [before] = await cookies()

  await play(page, 'exchange')
  await page.reload()
  await page.waitForSelector('#signed-in:not([hidden])')

  const days = Math.round((before!.expires - Date.now() / 1000) / 86_400)
  expect([days, before!.httpOnly, before!.sameSite]).toEqual([30, true, 'Lax'])
  expect(await cookies()).toEqual([before])
})
