import type { Locator } from 'playwright-core'
import { expect, onTestFinished } from 'vitest'
import { startPlayground } from '../examples/playground/src/start.js'
import { en } from '../examples/playground/web/words-en.js'
import { zh } from '../examples/playground/web/words-zh.js'
import { openContext, story } from './harness/story.js'

const acts = Object.keys(en.acts)

// The page reaches deeper into the client than an application does: a thief reads what any script of the page could read.
story(
  'each act of the playground ends with its result, in English and in Chinese, and moves no button',
  async ({ browser }) => {
    const playground = await startPlayground({ authPort: 0, apiPort: 0, webPort: 0, quiet: true })
    onTestFinished(() => playground.close())
    const context = await openContext(browser, { locale: 'en-GB' })
    const page = await context.newPage()
    await page.goto(playground.web.url)

    for (const act of acts) {
      const card = page.locator(`[data-act=${act}]`)
      const button = card.getByRole('button')
      const before = await placeOf(button)
      await button.click()
      await card.locator('.usual').filter({ hasText: en.page.usual! }).waitFor()

      expect(await card.locator('.seen').innerText()).not.toContain(en.seen.failed(''))
      expect(await placeOf(button)).toEqual(before)
    }

    await page.locator('#language').click()
    for (const act of acts) {
      expect(await page.locator(`[data-act=${act}] .seen`).innerText()).toMatch(/\p{Script=Han}/u)
      expect(await page.locator(`[data-act=${act}] .usual`).innerText()).toContain(zh.page.usual)
    }
  },
)

/** Where a button is in the document, however far the page is scrolled. */
function placeOf(button: Locator): Promise<readonly number[]> {
  return button.evaluate((element) => {
    const { left, top, width, height } = element.getBoundingClientRect()
    return [left + scrollX, top + scrollY, width, height].map(Math.round)
  })
}
