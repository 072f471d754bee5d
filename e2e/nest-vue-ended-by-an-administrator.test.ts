import { expect } from 'vitest'
import { openNestVue, openSignedIn, openTab, sendAtOnce, signInAt } from './harness/nest-vue.js'
import { story } from './harness/story.js'

story(
  'when an administrator ends the sessions of a person, all tabs show the reason without sending a request',
  async ({ browser }) => {
    const example = await openNestVue()
    const page = await openSignedIn(browser, example, 'lin')
    const other = await openTab(page.context(), example.url)
    const token = await page.evaluate(() => window.nestVue.client.token())
    const administrator = await openSignedIn(browser, example, 'ada')
    await administrator.click('nav >> text=People')
    const requested: string[] = []
    for (const tab of [page, other]) tab.on('request', (request) => requested.push(new URL(request.url()).pathname))

    await administrator.click('[data-username=lin] .off-line')

    for (const tab of [page, other]) {
      await expect.poll(() => tab.textContent('#ended')).toContain('You were taken off line by an administrator')
      expect(new URL(tab.url()).pathname).toBe('/sign-in')
    }
    expect(requested.filter((path) => path.startsWith('/api/'))).toEqual([])
    const refused = await fetch(`${example.url}/api/orders`, { headers: { Authorization: `Bearer ${token}` } })
    expect([refused.status, (await refused.json()).code]).toEqual([401, 'session_revoked'])
    await expect.poll(() => administrator.textContent('#news')).toBe('lin is off line, in every tab.')
    expect(await sendAtOnce(administrator, 3)).toEqual(Array(3).fill('done'))
    await signInAt(page, 'lin')
    await other.waitForSelector('#who')
  },
)

story('a role that is added or removed takes effect at once, without a sign-out', async ({ browser }) => {
  const example = await openNestVue()
  const page = await openSignedIn(browser, example, 'lin')
  const administrator = await openSignedIn(browser, example, 'ada')
  await administrator.click('nav >> text=People')
  const statusOfPeople = () =>
    page.evaluate(() => window.nestVue.api.get('/people', { validateStatus: null }).then(({ status }) => status))
  expect(await statusOfPeople()).toBe(403)
  const role = administrator.locator('[data-username=lin] .role')

  await role.click()
  await expect.poll(() => administrator.textContent('#news')).toBe('lin is an administrator from now on.')
  expect(await statusOfPeople()).toBe(200)
  await page.waitForSelector('nav >> text=People')
  await page.click('nav >> text=People')
  await page.waitForSelector('[data-username=ada]')

  await role.click()
  await expect.poll(() => administrator.textContent('#news')).toBe('lin is no administrator any more.')
  expect(await statusOfPeople()).toBe(403)
  expect(await page.textContent('#who')).toBe('lin')
})

story('a sign-out in one tab signs out the others', async ({ browser }) => {
  const example = await openNestVue()
  const page = await openSignedIn(browser, example, 'lin')
  const other = await openTab(page.context(), example.url)

  await page.click('#sign-out')

  for (const tab of [page, other]) await tab.waitForSelector('#sign-in')
  expect(await other.textContent('#ended')).toBe('You have signed out.')
  expect(await sendAtOnce(other, 1)).toEqual(['Request failed with status code 419'])
})
