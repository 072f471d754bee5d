import { join } from 'node:path'
import type { ClientOptions, createClient } from '@sessionward/client'
import type { BrowserContext, Page } from 'playwright-core'
import { rolldown } from 'rolldown'

declare global {
  interface Window {
    /** The client of a page from {@link openBarePage}; a reload makes a new one. */
    client: ReturnType<typeof createClient>
    createClient: typeof createClient
  }
}

/** The options of a client that can be written into a page as JSON. */
export type BareOptions = Omit<ClientOptions, 'onReauth' | 'environment'>

/**
 * Opens a page with nothing but a client, which stories use as `page.evaluate(() => window.client.fetch(...))`.
 *
 * @param origin A running server whose front page has no script: Chromium counts a fulfilled route as public and refuses it
 * the loopback addresses (Local Network Access).
 */
export async function openBarePage(context: BrowserContext, origin: string, options: BareOptions): Promise<Page> {
  const address = new URL('/?bare-page', origin).href
  const page = await context.newPage()
  // An init script, not a tag: it runs again after a reload, and no policy of the page's server can refuse it.
  await page.addInitScript({
    content: `if (location.href.startsWith(${JSON.stringify(address)})) {
      ${await bundledClient()}
      window.createClient = sessionwardClient.createClient
      window.client = sessionwardClient.createClient(${JSON.stringify(options)})
    }`,
  })
  await page.goto(address)
  return page
}

let bundled: Promise<string> | undefined

/** The client as a classic script that defines `sessionwardClient`. Built once per test file. */
function bundledClient(): Promise<string> {
  bundled ??= bundle()
  return bundled
}

async function bundle(): Promise<string> {
  const input = join(import.meta.dirname, '../../packages/client/src/index.ts')
  const conditionNames = ['sessionward-source', 'import', 'default']
  const built = await rolldown({ input, platform: 'browser', resolve: { conditionNames } })
  const { output } = await built.generate({ format: 'iife', name: 'sessionwardClient' })
  await built.close()
  return output[0].code
}
