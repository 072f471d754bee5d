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

const bundled = new Map<string, Promise<string>>()

/**
 * The client as a classic script that defines `sessionwardClient`. Built once per test file.
 *
 * @param entry a file of this folder with what the script needs. Default: the client alone.
 */
export function bundledClient(entry = '../../packages/client/src/index.ts'): Promise<string> {
  const known = bundled.get(entry) ?? bundle(join(import.meta.dirname, entry))
  bundled.set(entry, known)
  return known
}

async function bundle(input: string): Promise<string> {
  const conditionNames = ['sessionward-source', 'import', 'default']
  const built = await rolldown({ input, platform: 'browser', resolve: { conditionNames } })
  const { output } = await built.generate({ format: 'iife', name: 'sessionwardClient' })
  await built.close()
  return output[0].code
}
