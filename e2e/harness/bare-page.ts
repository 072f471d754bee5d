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

/** What can be written into a page as text. */
type BareOptions = Omit<ClientOptions, 'onReauth' | 'environment'>

/**
 * A page with nothing but the client, for stories that want no one else's page: `page.evaluate(() => client.fetch(...))`.
 *
 * It is the front page of a server that is really there, without its scripts: a page that was made up counts as public, and
 * Chromium refuses it the loopback addresses (Local Network Access).
 */
export async function openBarePage(context: BrowserContext, origin: string, options: BareOptions): Promise<Page> {
  const address = new URL('/?bare-page', origin).href
  const page = await context.newPage()
  await page.route(
    (url) => url.origin === new URL(origin).origin,
    (route) => (route.request().resourceType() === 'script' ? route.abort() : route.fallback()),
  )
  // An init script and not a tag: it is there again after a reload, and no policy of the page's server refuses it.
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

/** The client as a classic script that leaves `sessionwardClient`. Built once a file. */
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
