import { join } from 'node:path'
import type { createClient } from '@sessionward/client'
import type { signInDialog } from '@sessionward/client/dialog'
import type { draft } from '@sessionward/client/draft'
import type { System } from '@sessionward/example-harness'
import type { BrowserContext, Page } from 'playwright-core'
import { rolldown } from 'rolldown'
import type { BareOptions } from './bare-page.js'

declare global {
  interface Window {
    client: ReturnType<typeof createClient>
    createClient: typeof createClient
    signInDialog: typeof signInDialog
    draft: typeof draft
  }
}

export interface PageOptions extends Partial<BareOptions> {
  /** The options of the dialog, as JavaScript; null: no dialog. Default: none. */
  readonly dialog?: string | null
}

/** Lets every page of the system's page origin have a client with a sign-in dialog, before its own scripts. */
export async function serveClient(
  context: BrowserContext,
  { auth, api, page }: System,
  { dialog = '', ...options }: PageOptions = {},
): Promise<void> {
  const all = { server: auth.url, origins: [api.url], ...options }
  await context.addInitScript({
    content: `if (location.origin === ${JSON.stringify(page.url)}) {
      ${await bundled()}
      Object.assign(window, signInAgain)
      window.client = createClient({
        ...${JSON.stringify(all)},
        ${dialog === null ? '' : `onReauth: signInDialog(${dialog}),`}
      })
    }`,
  })
}

/** Opens a page of the system with a client and a dialog. */
export async function openDialogPage(context: BrowserContext, system: System, options?: PageOptions): Promise<Page> {
  await serveClient(context, system, options)
  const page = await context.newPage()
  await page.goto(system.page.url)
  return page
}

/** Ends every session of the account, and has the page send requests, which wait for the person. */
export async function loseSession(page: Page, system: System, count = 3): Promise<{ outcomes(): Promise<string[]> }> {
  const sid = await page.evaluate(() => window.client.session!.id)
  await system.auth.server.sessions.end(sid)
  system.expireAccessTokens()
  return sendWaiting(page, system, count)
}

/** Sends requests that are not answered before the person has signed in. */
export async function sendWaiting(page: Page, { api }: System, count = 3): Promise<{ outcomes(): Promise<string[]> }> {
  await page.evaluate(
    ([url, count]) => {
      const outcomes = Promise.all(
        Array.from({ length: count }, () =>
          window.client.fetch(url).then(
            async (response) => `${response.status} ${(await response.json()).subject}`,
            (error: Error & { reason?: string }) => `${error.name} ${error.reason ?? ''}`.trim(),
          ),
        ),
      )
      Object.assign(window, { outcomes })
    },
    [`${api.url}/api/hello`, count] as const,
  )
  await page.waitForFunction(() => window.client.state === 'reauth')
  return { outcomes: () => page.evaluate(() => (window as unknown as { outcomes: Promise<string[]> }).outcomes) }
}

let bundle: Promise<string> | undefined

function bundled(): Promise<string> {
  bundle ??= build()
  return bundle
}

async function build(): Promise<string> {
  const input = join(import.meta.dirname, 'sign-in-again-entry.ts')
  const conditionNames = ['sessionward-source', 'browser', 'import', 'default']
  const built = await rolldown({ input, platform: 'browser', resolve: { conditionNames } })
  const { output } = await built.generate({ format: 'iife', name: 'signInAgain' })
  await built.close()
  return output[0].code
}
