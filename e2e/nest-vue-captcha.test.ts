import { expect } from 'vitest'
import { openNestVue } from './harness/nest-vue.js'
import { openContext, story, storyIn } from './harness/story.js'

// Over WebDriver BiDi a test does not see what a request sends.
storyIn('chromium')(
  'sign-in needs a captcha, which the form solves by itself, and no solution counts twice',
  async ({ browser }) => {
    const example = await openNestVue()
    const context = await openContext(browser, { locale: 'en' })
    const page = await context.newPage()
    await page.goto(example.url)
    const [account] = example.accounts
    const post = async (path: string, body: object) => {
      const headers = { 'Content-Type': 'application/json', Origin: example.url }
      const answer = await fetch(example.url + path, { method: 'POST', headers, body: JSON.stringify(body) })
      return [answer.status, (await answer.json()).code]
    }
    const { username, password } = account!
    expect(await post('/auth/login', { username, password })).toEqual([403, 'captcha_required'])
    expect(await post('/auth/register', { username: 'new', password })).toEqual([403, 'captcha_required'])
    const sent = page.waitForRequest('**/auth/login')

    await page.click('#sign-in button[type=submit]')

    await page.waitForSelector('#orders tbody tr')
    const { captcha } = (await sent).postDataJSON()
    expect(await post('/auth/login', { username, password, captcha })).toEqual([403, 'captcha_invalid'])
  },
)

story('after a wrong password the form solves a new captcha, and an account can be made', async ({ browser }) => {
  const example = await openNestVue()
  const context = await openContext(browser, { locale: 'en' })
  const page = await context.newPage()
  await page.goto(example.url)
  await page.fill('[name=username]', 'grace')
  await page.fill('[name=password]', 'of no account yet')
  await page.click('#sign-in button[type=submit]')
  await expect.poll(() => page.textContent('#news')).toBe('The user name or the password is wrong.')

  await page.click('#other-form')
  await page.fill('[name=username]', 'grace')
  await page.fill('[name=password]', 'three rivers meet here')
  await page.click('#sign-in button[type=submit]')
  await expect.poll(() => page.textContent('#news')).toBe('The account grace was created. Sign in with it.')
  await page.click('#sign-in button[type=submit]')

  await expect.poll(() => page.textContent('#who')).toBe('grace')
})
