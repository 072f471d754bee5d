/// <reference types="jquery" />
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Browser, Page } from 'playwright-core'
import { type AttachedPage, openAttachedPage, scriptOf } from './attached-page.js'
import type * as entry from './jquery-entry.js'

declare global {
  interface Window {
    $: JQueryStatic
    attachJQuery: typeof entry.attachJQuery
    header: typeof entry.header
    jsonBackend: typeof entry.jsonBackend
    activeCalls: typeof entry.activeCalls
    countEvents: typeof entry.countEvents
    traceCall: typeof entry.traceCall
  }
}

/** The oldest that is supported, the last of each major version, and the newest; as packages/client has them. */
export type JQueryVersion = 'jquery1' | 'jquery2' | 'jquery3' | 'jquery'

/** The oldest and the newest, unless JQUERY names others, such as `jquery2,jquery3`. */
export const versions = (process.env.JQUERY?.split(',') ?? ['jquery1', 'jquery']) as readonly JQueryVersion[]

const bundled = scriptOf('jquery-entry.ts')

/** A signed-in page with a version of jQuery, whose own origin is the business server. */
export async function openJQueryPage(browser: Browser, version: JQueryVersion): Promise<AttachedPage> {
  return openAttachedPage(browser, [jquery(version), await bundled])
}

/** Holds back each refresh of a page, as a slow auth server does. */
export async function holdRefreshes(page: Page): Promise<{ requested: Promise<void>; release: () => void }> {
  let ask = () => {}
  let release = () => {}
  const requested = new Promise<void>((resolve) => {
    ask = resolve
  })
  const released = new Promise<void>((resolve) => {
    release = resolve
  })
  await page.route('**/auth/refresh', async (route) => {
    ask()
    await released
    await route.continue().catch(() => {})
  })
  return { requested, release }
}

/** The script of a version, as its package has it. */
export function jquery(version: JQueryVersion): string {
  const { resolve } = createRequire(new URL('../../packages/client/package.json', import.meta.url))
  return readFileSync(resolve(version), 'utf8')
}
