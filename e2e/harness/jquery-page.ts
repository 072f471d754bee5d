/// <reference types="jquery" />
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { attachJQuery } from '@sessionward/client/jquery'
import type { Browser } from 'playwright-core'
import { type AttachedPage, openAttachedPage, scriptOf } from './attached-page.js'

declare global {
  interface Window {
    $: JQueryStatic
    attachJQuery: typeof attachJQuery
  }
}

/** The oldest that is supported, the last of each major version, and the newest; as packages/client has them. */
export const versions = ['jquery1', 'jquery2', 'jquery3', 'jquery'] as const
export type JQueryVersion = (typeof versions)[number]

const bundled = scriptOf('jquery-entry.ts')

/** A signed-in page with a version of jQuery, whose own origin is the business server. */
export async function openJQueryPage(browser: Browser, version: JQueryVersion): Promise<AttachedPage> {
  return openAttachedPage(browser, [jquery(version), await bundled])
}

/** The script of a version, as its package has it. */
export function jquery(version: JQueryVersion): string {
  const { resolve } = createRequire(new URL('../../packages/client/package.json', import.meta.url))
  return readFileSync(resolve(version), 'utf8')
}
