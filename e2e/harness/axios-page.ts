import type { attachAxios } from '@sessionward/client/axios'
import type { AxiosStatic } from 'axios'
import type { Browser } from 'playwright-core'
import { type AttachedPage, openAttachedPage, scriptOf } from './attached-page.js'

declare global {
  interface Window {
    axios: AxiosStatic
    attachAxios: typeof attachAxios
  }
}

const bundled = scriptOf('axios-entry.ts')

/** A signed-in page with axios, whose own origin is the business server. */
export async function openAxiosPage(browser: Browser): Promise<AttachedPage> {
  return openAttachedPage(browser, [await bundled])
}
