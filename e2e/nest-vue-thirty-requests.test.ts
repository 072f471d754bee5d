import { expect } from 'vitest'
import { openNestVue, openSignedIn, openTab, refreshes, sendAtOnce } from './harness/nest-vue.js'
import { story } from './harness/story.js'

story(
  'thirty requests with an expired token, refused with 401 and 419, cause one refresh and get thirty answers',
  async ({ browser }) => {
    const example = await openNestVue()
    const page = await openSignedIn(browser, example, 'lin')
    const before = refreshes(example)
    const statuses: number[] = []
    page.on('response', (response) => {
      if (response.url().includes('/api/')) statuses.push(response.status())
    })
    example.guard.expireSeen()

    const outcomes = await sendAtOnce(page, 30)

    expect(outcomes).toEqual(Array(30).fill('done'))
    expect(refreshes(example) - before).toBe(1)
    expect(new Set(statuses)).toEqual(new Set([200, 401, 419]))
  },
)

story('the button of the page shows the same counts', async ({ browser }) => {
  const example = await openNestVue()
  const page = await openSignedIn(browser, example, 'lin')

  await page.click('#thirty')

  await page.waitForSelector('#news:not(:empty)')
  expect(await page.textContent('#news')).toBe('30 requests met an expired token. One refresh. 30 answers.')
})

story('five tabs that are loaded at the same moment on an expired token sign nobody out', async ({ browser }) => {
  const example = await openNestVue()
  const page = await openSignedIn(browser, example, 'lin')
  example.guard.expireSeen()

  const tabs = await Promise.all(Array.from({ length: 5 }, () => openTab(page.context(), example.url)))

  const outcomes = await Promise.all([page, ...tabs].map((tab) => sendAtOnce(tab, 6)))
  expect(outcomes.flat()).toEqual(Array(36).fill('done'))
  example.guard.expireSeen()
  expect(await sendAtOnce(tabs[0]!, 1)).toEqual(['done'])
})
