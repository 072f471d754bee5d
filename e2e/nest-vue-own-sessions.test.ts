import { expect } from 'vitest'
import { openNestVue, openSignedIn } from './harness/nest-vue.js'
import { story } from './harness/story.js'

story('a person sees where they are signed in, and ends the session of another browser', async ({ browser }) => {
  const example = await openNestVue()
  const forgotten = await openSignedIn(browser, example, 'lin')
  const page = await openSignedIn(browser, example, 'lin')
  await page.click('nav >> text=Profile')
  const rows = page.locator('#sessions li')
  await expect.poll(() => rows.count()).toBe(2)
  expect(await page.locator('[data-current=true] .who').first().innerText()).toMatch(
    /(Chrome|Firefox)\s+desktop\s+.*this browser/,
  )

  await page.click('#sessions button')

  await expect.poll(() => page.textContent('#news')).toBe('That session has ended.')
  await expect.poll(() => rows.count()).toBe(1)
  await expect.poll(() => forgotten.textContent('#ended')).toContain('You were taken off line')
  expect(await page.textContent('#who')).toBe('lin')
})
