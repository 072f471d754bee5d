import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import type { Browser, BrowserContext, BrowserContextOptions } from 'playwright-core'
import { onTestFinished, test } from 'vitest'
import type { BrowserName } from '../../scripts/browsers.mjs'
import { browserName, launchBrowser } from './browser.js'

/**
 * A story: a test with a browser. The stories of a worker share one, started by the first of them and replaced if it crashed;
 * without a browser the story is skipped, visibly and counted, and in CI that fails the run.
 */
export const story = test
  .extend<{ $worker: { shared: { browser: Browser | null } } }>({
    shared: [
      // biome-ignore lint/correctness/noEmptyPattern: Vitest reads a fixture's needs from its first parameter.
      async ({}, use) => {
        const shared = { browser: await launchBrowser() }
        await use(shared)
        await shared.browser?.close()
      },
      { scope: 'worker' },
    ],
  })
  .extend<{ browser: Browser }>({
    browser: async ({ shared, skip }, use) => {
      if (shared.browser === null) return skip(`no ${browserName} here`)
      if (!shared.browser.isConnected()) shared.browser = await launchBrowser()
      await use(shared.browser!)
    },
  })

/**
 * For a story that needs what a test can have in some browsers only. In the others it is not collected, so it counts as no skip.
 */
export function storyIn(...browsers: readonly BrowserName[]): Tell {
  return browsers.includes(browserName) ? story : () => {}
}

type Tell = (title: string, run: (fixtures: { readonly browser: Browser }) => Promise<void>) => void

/**
 * One person at one browser profile: its pages share cookies, storage and locks. Closed with the story. When the story
 * fails, the console of its pages is printed and a picture of each is kept in .cache/e2e.
 */
export async function openContext(browser: Browser, options?: BrowserContextOptions): Promise<BrowserContext> {
  const context = await browser.newContext(options)
  if (browserName === 'firefox') openPagesInTurn(context)
  const lines: string[] = []
  if (browserName !== 'webkit') {
    context.on('console', (message) => lines.push(`${message.type()}: ${message.text()}`))
    context.on('weberror', (error) => lines.push(`uncaught: ${error.error().message}`))
  }
  // In one hook and in this order: Vitest calls `onTestFinished` before `onTestFailed`.
  onTestFinished(async ({ task }) => {
    if (task.result?.state === 'fail' && browserName !== 'webkit') await keepPictures(task.name, context, lines)
    // Chromium has been seen never to answer a close. The browser is closed with the worker, and takes such a context with it.
    await Promise.race([context.close(), setTimeout(10_000, undefined, { ref: false })])
  })
  return context
}

/** Firefox sometimes fails to open two windows at once over WebDriver BiDi. */
function openPagesInTurn(context: BrowserContext): void {
  const open = context.newPage.bind(context)
  let last: Promise<unknown> = Promise.resolve()
  context.newPage = () => {
    const page = last.then(open)
    last = page.catch(() => {})
    return page
  }
}

async function keepPictures(title: string, context: BrowserContext, lines: readonly string[]): Promise<void> {
  const folder = join(import.meta.dirname, '../../.cache/e2e')
  mkdirSync(folder, { recursive: true })
  console.error([`The pages of "${title}" said:`, ...lines].join('\n  '))
  for (const [i, page] of context.pages().entries()) {
    // A page that crashed has no picture, and that is no second failure.
    await page.screenshot({ path: join(folder, `${title.replace(/\W+/g, '-')}-${i}.png`) }).catch(() => {})
  }
}
