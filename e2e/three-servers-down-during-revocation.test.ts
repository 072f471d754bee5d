import { expect } from 'vitest'
import { story } from './harness/story.js'
import { openSignedInPage, openThreeServers, play, press } from './harness/three-servers.js'

story('a business server that was down receives a revocation when it returns', async ({ browser }) => {
  const servers = await openThreeServers()
  const page = await openSignedInPage(browser, servers)
  expect(await play(page, 'call')).toEqual(['200', '200'])

  await page.click('#orders-power')
  await page.waitForSelector('#orders-state.down')
  expect(await press(page, '#act-everywhere')).toEqual(['no answer', '200'])
  await page.click('#orders-power')
  await page.waitForSelector('#orders-state.running')

  // The old verifier hears of nothing, and accepts the token until it expires.
  expect(await press(page, '#act-again')).toEqual(['401 signed_out', '200'])
  servers.advance(servers.lifetimes.accessToken + 6)
  expect(await press(page, '#act-again')).toEqual(['401 access_token_expired', '401 Unauthorized'])
})
