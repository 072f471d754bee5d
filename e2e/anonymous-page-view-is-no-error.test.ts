import { expect } from 'vitest'
import { openPageOf, signIn } from './harness/page-client.js'
import { openContext, story } from './harness/story.js'
import { openSystem } from './harness/system.js'

story('a page that opens with nobody signed in logs no error in the console', async ({ browser }) => {
  const system = await openSystem()
  const context = await openContext(browser)
  const errors: string[] = []
  context.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text())
  })

  const page = await openPageOf(system, context)
  await page.waitForFunction(() => window.client.state === 'anonymous')
  await signIn(page, system.accounts[0])
  await page.evaluate(() => window.client.signOut())
  await page.reload()
  await page.waitForFunction(() => window.client.state === 'anonymous')

  expect(errors).toEqual([])
})
