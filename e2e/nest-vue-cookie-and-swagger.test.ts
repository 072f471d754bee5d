import { expect } from 'vitest'
import { openNestVue, openSignedIn } from './harness/nest-vue.js'
import { story } from './harness/story.js'

story('the refresh token is in a cookie for 15 days that no script can read, and nowhere else', async ({ browser }) => {
  const example = await openNestVue()
  const page = await openSignedIn(browser, example, 'lin')
  const cookies = await page.context().cookies()
  const now = Date.now() / 1000

  const seen = await page.evaluate(async () => {
    const databases = await indexedDB.databases()
    return [
      document.cookie,
      JSON.stringify({ ...localStorage }),
      JSON.stringify({ ...sessionStorage }),
      databases.length,
    ]
  })

  const refresh = cookies.find(({ name }) => name.includes('nestjs-vue'))!
  expect(refresh).toMatchObject({ httpOnly: true, sameSite: 'Lax' })
  expect(Math.round((refresh.expires - now) / 86_400)).toBe(15)
  expect(JSON.stringify(seen)).not.toContain(refresh.value)
  expect(seen[0]).toBe('')
})

story('the page of Swagger calls a guarded route with a token, and is refused without one', async ({ browser }) => {
  const example = await openNestVue()
  const page = await openSignedIn(browser, example, 'lin')
  const token = await page.evaluate(() => window.nestVue.client.token())
  await page.goto(`${example.url}/docs`)
  const call = page.locator('#operations-orders-OrdersController_list')
  await call.locator('.opblock-summary').click()
  await call.locator('.try-out__btn').click()
  const status = () => call.locator('.live-responses-table .response-col_status').last().innerText()

  await call.locator('.execute').click()
  await expect.poll(status).toContain('401')
  await page.click('.btn.authorize')
  await page.fill('.modal-ux input', token)
  await page.click('.modal-ux .btn.authorize')
  await page.click('.modal-ux .btn-done')
  await call.locator('.execute').click()

  await expect.poll(status).toContain('200')
  expect(await call.locator('.live-responses-table .highlight-code').first().innerText()).toContain('Paper, A4')
})
