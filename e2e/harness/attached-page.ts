import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { rolldown } from 'rolldown'
import {
  headerOf,
  type RecordedCall,
  type RecordingApi,
  startRecordingApi,
} from '../../packages/client/test/support/recording-api.js'
import { problem } from '../../packages/client/test/support/world.js'
import { openBarePage } from './bare-page.js'
import { refreshes } from './figures.js'
import { signIn } from './page-client.js'
import { openContext } from './story.js'
import { openSystem } from './system.js'

export interface AttachedPage {
  readonly page: Page
  /** Address of the auth server. */
  readonly server: string
  /** Serves the page itself and `/api` below it. */
  readonly api: RecordingApi
  /** What arrived at `/api`, and clears it. */
  takeCalls(): RecordedCall[]
  /** Refuses the page's present access token from now on. */
  expire(): Promise<void>
  /** Ends the page's session at the auth server. */
  end(): Promise<void>
  readonly refreshes: () => number
}

/** A signed-in page with some scripts, whose own origin is the business server. */
export async function openAttachedPage(browser: Browser, scripts: readonly string[]): Promise<AttachedPage> {
  const api = await startRecordingApi()
  // One site with the auth server, which is on localhost too.
  const origin = api.origin.replace('127.0.0.1', 'localhost')
  const system = await openSystem({ origins: [origin] })
  const refused = new Set<string>()
  api.answer = (call) => {
    if (!call.line.includes('/api'))
      return { headers: { 'Content-Type': 'text/html' }, body: '<!doctype html><title>Page</title>' }
    return refused.has(headerOf(call, 'authorization') ?? '')
      ? problem(401, 'access_token_expired', 'refresh')
      : undefined
  }
  const page = await openBarePage(await openContext(browser), origin, {
    server: system.auth.url,
    origins: [api.origin],
  })
  for (const content of scripts) await page.addScriptTag({ content })
  await signIn(page, system.accounts[0])
  return {
    page,
    server: system.auth.url,
    api,
    takeCalls: () => api.calls.splice(0).filter(({ line }) => line.includes('/api')),
    expire: async () => void refused.add(`Bearer ${await page.evaluate(() => window.client.token())}`),
    end: async () => {
      const sid = await page.evaluate(() => window.client.session!.id)
      await system.auth.server.sessions.end(sid)
    },
    refreshes: () => refreshes(system),
  }
}

/** A file of this folder as a classic script, whose exports become properties of `window`. */
export async function scriptOf(file: string): Promise<string> {
  const input = join(import.meta.dirname, file)
  const conditionNames = ['sessionward-source', 'browser', 'import', 'default']
  const built = await rolldown({ input, platform: 'browser', resolve: { conditionNames } })
  const { output } = await built.generate({ format: 'iife', name: 'exported' })
  await built.close()
  return `${output[0].code}\nObject.assign(window, exported)`
}
