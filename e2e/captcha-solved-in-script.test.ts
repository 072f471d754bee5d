import { altcha } from '@sessionward/server/captcha'
import { expect } from 'vitest'
import { openCaptchaPage } from './harness/captcha-page.js'
import { openContext, story, storyIn } from './harness/story.js'

storyIn('chromium')(
  'on plain http with a slow processor the captcha is solved while the page responds',
  async ({ browser }) => {
    const context = await openContext(browser)
    const { page, system, signIn, said } = await openCaptchaPage(context, {
      pageHost: 'app.test',
      captcha: { provider: altcha({ work: 300_000 }) },
    })
    expect(await page.evaluate(() => [isSecureContext, globalThis.crypto?.subtle])).toEqual([false, undefined])
    const devtools = await context.newCDPSession(page)
    await devtools.send('Emulation.setCPUThrottlingRate', { rate: 6 })
    await page.evaluate(() => {
      const turns = { whileWorking: 0 }
      setInterval(() => window.captcha.state === 'working' && turns.whileWorking++, 10)
      Object.assign(window, { turns })
    })

    await page.getByLabel('User name').focus()
    await page.getByText('Passed.').waitFor()
    await signIn(system.accounts[0].password)

    expect(await said()).toBe('Signed in.')
    const { whileWorking } = await page.evaluate(() => (window as unknown as { turns: { whileWorking: number } }).turns)
    expect(whileWorking).toBeGreaterThan(3)
  },
)

story('after a wrong password a fresh captcha is solved by itself, and the right one signs in', async ({ browser }) => {
  const context = await openContext(browser)
  const { page, system, signIn, said, challenges } = await openCaptchaPage(context, {
    captcha: { provider: altcha({ work: 1000 }) },
  })

  await signIn('wrong')
  expect(await said()).toBe('invalid_credentials')
  await page.getByText('Passed.').waitFor()
  await signIn(system.accounts[0].password)

  expect(await said()).toBe('Signed in.')
  expect(challenges()).toBe(2)
})

story('a captcha that expires says so, and the sign-in works without a reload', async ({ browser }) => {
  const context = await openContext(browser)
  const { page, system, signIn, said, challenges } = await openCaptchaPage(context, {
    captcha: { provider: altcha({ work: 1000, lifetime: 10 }) },
  })
  await page.getByLabel('User name').focus()
  await page.getByText('Passed.').waitFor()

  await page.getByText('Expired. It runs again when you go on.').waitFor()
  expect(challenges()).toBe(1)
  await signIn(system.accounts[0].password)

  expect(await said()).toBe('Signed in.')
  expect(challenges()).toBe(2)
})
