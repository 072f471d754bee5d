import { expect } from 'vitest'
import { openKoaIdentity, openSignedInPage, play, press, signInAt } from './harness/koa-identity.js'
import { story } from './harness/story.js'

story('a person registers, signs in and sends a request', async ({ browser }) => {
  const system = await openKoaIdentity()
  const page = await openSignedInPage(browser, system)
  await page.click('#sign-out')
  await page.fill('#register [name=name]', '小明')
  await page.fill('#register [name=username]', 'ming')
  await page.fill('#register [name=password]', 'a horse and 42')
  await page.route('**/auth/register', (route) => route.abort(), { times: 1 })
  await page.click('#register button')
  await expect.poll(() => page.textContent('#news')).toMatch(/Failed to fetch|NetworkError/)
  await page.click('#register button')
  await page.waitForFunction(() => document.querySelector('#news')?.textContent?.startsWith('The account is there'))

  await signInAt(page)

  expect(await page.textContent('#who')).toBe('小明')
  expect(await press(page, '#act-call')).toContain('The request was sent')
})

story(
  'a disabled user is signed out within a second with the reason, and can sign in when enabled',
  async ({ browser }) => {
    const system = await openKoaIdentity()
    const page = await openSignedInPage(browser, system)

    const seen = await press(page, 'tr[data-user=ada] .power')
    await expect.poll(() => page.textContent('#reason')).toBe('This account was disabled.')

    expect(seen).toMatch(refused)
    await page.click('#sign-in button')
    await expect.poll(() => page.textContent('#news')).toBe('The user name or the password is wrong.')
    await press(page, 'tr[data-user=ada] .power')
    await signInAt(page)
  },
)

story('a disabled user is signed out within a second while Redis is stopped', async ({ browser, skip }) => {
  const system = await openKoaIdentity()
  if (!system.cache) return skip('no Redis here')
  const page = await openSignedInPage(browser, system)
  await play(page, 'exchange')
  await play(page, 'stop')

  const seen = await press(page, 'tr[data-user=ada] .power')
  await expect.poll(() => page.textContent('#reason')).toBe('This account was disabled.')

  // What was cached before the outage is of no use either.
  await system.cache.start()
  const status = await page.evaluate(async () => (await fetch('/access-token', { method: 'POST' })).status)
  expect(seen).toMatch(refused)
  expect(status).toBe(401)
})

/** The page says nothing of the kind if the guard takes longer than a second. */
const refused = /^The guard refused the token after \d+ ms, though it had \d+ s left\.$/

story('a changed password ends the other browser, which says why, and not this one', async ({ browser }) => {
  const system = await openKoaIdentity()
  const [here, there] = [await openSignedInPage(browser, system), await openSignedInPage(browser, system)]

  await here.fill('#password [name=current]', system.accounts[0]!.password)
  await here.fill('#password [name=next]', 'another horse 42')
  await here.click('#password button')

  await expect.poll(() => there.textContent('#reason')).toContain('The password was changed in another browser')
  expect(await press(here, '#act-call')).toContain('The request was sent')
})

story('when the operator changes the password elsewhere, the page says why it is signed out', async ({ browser }) => {
  const system = await openKoaIdentity()
  const page = await openSignedInPage(browser, system)

  await press(page, 'tr[data-user=ada] .new-password')

  await expect.poll(() => page.textContent('#reason')).toContain('The password was changed in another browser')
  // The new password is in the form.
  await signInAt(page)
})
