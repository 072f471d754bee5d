import { altcha, turnstile } from '@sessionward/server/captcha'
import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { openCaptchaPage, openFakeService } from './harness/captcha-page.js'
import { openContext, story } from './harness/story.js'

/** From now on keeps what the live regions of the page are changed to. */
async function listen(page: Page): Promise<{ heard(): Promise<string[]> }> {
  await page.evaluate(() => {
    const heard: string[] = []
    const captcha = document.querySelector('sessionward-captcha')!
    new MutationObserver((records) => {
      for (const { target } of records) {
        const region = (target as Element).closest('[role=status], [aria-live]')
        if (region) heard.push(region.textContent!)
      }
    }).observe(captcha, { subtree: true, childList: true, characterData: true })
    Object.assign(window, { heard })
  })
  return { heard: () => page.evaluate(() => (window as unknown as { heard: string[] }).heard) }
}

const control = (page: Page) => page.getByRole('group', { name: 'Security check' })

story('the control has a name in each state, and one live region announces each change once', async ({ browser }) => {
  const context = await openContext(browser)
  const { page, said, system } = await openCaptchaPage(context, {
    captcha: { provider: altcha({ work: 50_000_000, lifetime: 3600 }) },
  })
  await control(page).waitFor()
  const { heard } = await listen(page)
  const buttons: string[] = []
  const noteButton = async () => void buttons.push((await control(page).getByRole('button').textContent())!)
  await noteButton()

  await page.getByLabel('Password').focus()
  await page.getByText('Running…').waitFor()
  await noteButton()
  await page.keyboard.type('any')
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: 'Cancel check' }).click()
  expect(await said()).toBe('cancelled')
  await noteButton()
  await page.route('**/auth/captcha*', (route) => route.abort())
  await page.getByRole('button', { name: 'Start now' }).click()
  await page.getByText('The server cannot be reached.').waitFor()
  await noteButton()

  expect(buttons).toEqual(['Start now', 'Cancel check', 'Start now', 'Check again'])
  expect(await heard()).toEqual([
    'Running…',
    'Runs by itself when you go on.',
    'Running…',
    'The server cannot be reached. Try again in a moment.',
  ])
  expect(await control(page).getByRole('status').count()).toBe(1)
  expect(system.auth.server.figures()).not.toHaveProperty('session_started')
})

story(
  'the solution of a captcha and its expiry are announced once each, in Chinese if the form is Chinese',
  async ({ browser }) => {
    const context = await openContext(browser)
    const { page } = await openCaptchaPage(context, {
      captcha: { provider: altcha({ work: 1000, lifetime: 10 }) },
      field: { language: 'zh' },
    })
    const chinese = page.getByRole('group', { name: '安全验证' })
    await chinese.waitFor()
    const { heard } = await listen(page)

    await page.getByLabel('Password').focus()
    await page.getByText('验证已过期').waitFor()

    expect(await heard()).toEqual(['正在验证…', '验证通过。', '验证已过期，继续操作时自动重新验证。'])
    expect(await chinese.getAttribute('lang')).toBe('zh')
    expect(await chinese.getByRole('button').textContent()).toBe('重新验证')
  },
)

story('a request that waits too long for the captcha is given up at its deadline', async ({ browser }) => {
  const context = await openContext(browser)
  const { page, signIn, said } = await openCaptchaPage(context, {
    captcha: { provider: altcha({ work: 50_000_000, lifetime: 3600 }) },
    field: { deadline: 1 },
  })

  await signIn('any')

  expect(await said()).toBe('timeout')
  expect(await control(page).getByRole('status').textContent()).toBe('It took too long. Please try again.')
})

story(
  'a captcha that is needed only after failures is hidden until then, and the sign-in continues',
  async ({ browser }) => {
    const context = await openContext(browser)
    const { page, system, signIn, said } = await openCaptchaPage(context, {
      captcha: { provider: altcha({ work: 1000 }), when: { afterFailures: 1 } },
    })

    await signIn('wrong')
    expect(await said()).toBe('invalid_credentials')
    expect(await control(page).count()).toBe(0)
    await signIn(system.accounts[0].password)

    expect(await said()).toBe('Signed in.')
    expect(await control(page).count()).toBe(1)
  },
)

story('the dialog to sign in again solves the captcha too', async ({ browser }) => {
  const context = await openContext(browser)
  const { page, system, signIn, said } = await openCaptchaPage(context, {
    captcha: { provider: altcha({ work: 1000 }) },
  })
  const { password } = system.accounts[0]
  await signIn(password)
  expect(await said()).toBe('Signed in.')
  await system.auth.server.sessions.end(await page.evaluate(() => window.client.session!.id))
  await page.evaluate(() => {
    const refreshed = window.client.token().then((refused) => window.client.token({ refused }))
    Object.assign(window, { refreshed: refreshed.then(() => 'refreshed') })
  })
  const dialog = page.getByRole('dialog', { name: 'Sign in again' })
  await dialog.waitFor()

  await dialog.getByLabel('Password').fill('wrong')
  await page.keyboard.press('Enter')
  await dialog.getByRole('alert').filter({ hasText: 'wrong' }).waitFor()
  await dialog.getByText('Passed.').waitFor()
  await dialog.getByLabel('Password').fill(password)
  await page.keyboard.press('Enter')

  expect(await page.evaluate(() => (window as unknown as { refreshed: Promise<string> }).refreshed)).toBe('refreshed')
})

/** What the script of Turnstile offers, with a button for a task. */
const widgetScript = `window.turnstile = {
  render(place, options) {
    let count = 0
    const button = document.createElement('button')
    const draw = () => Object.assign(button, { type: 'button', textContent: 'I am a person' })
    button.onclick = () => { button.textContent = 'Done'; options.callback(['solved', options.action, ++count].join(' ')) }
    draw()
    place.append(button)
    return Object.assign(button, { again: draw })
  },
  reset(id) { id.again() },
  remove(id) { id.remove() },
}`

story('a service’s widget is shown in the form, and shown again after a wrong password', async ({ browser }) => {
  const context = await openContext(browser)
  const service = await openFakeService(widgetScript)
  service.answer = { success: true, hostname: 'localhost', action: 'signIn' }
  const keys = { siteKey: 'site-key-of-the-test', secret: 'secret-of-the-test', hosts: ['localhost'] }
  const provider = turnstile({ ...keys, script: `${service.url}/api.js`, verifyUrl: `${service.url}/siteverify` })
  const { page, system, signIn, said } = await openCaptchaPage(context, { captcha: { provider } })

  await page.getByText('Please solve the task.').waitFor()
  await page.getByRole('button', { name: 'I am a person' }).click()
  await signIn('wrong')
  expect(await said()).toBe('invalid_credentials')
  await page.getByRole('button', { name: 'I am a person' }).click()
  await signIn(system.accounts[0].password)

  expect(await said()).toBe('Signed in.')
})
