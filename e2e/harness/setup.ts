import type { TestProject } from 'vitest/node'
import { browsers, chosenBrowser } from '../../scripts/browsers.mjs'
import { buildPageScript } from '../../scripts/page-script.mjs'
import { writeScriptTag } from '../../scripts/script-tag.mjs'
import { ensureWebKit, startDisplay } from '../../scripts/webkit.mjs'

declare module 'vitest' {
  interface ProvidedContext {
    /** Path of the executable; empty: there is none, and every story is skipped. */
    browser: string
    /** Of WebKit only: the browser that its driver starts, and the name of the display. */
    webkit: { readonly browser: string; readonly display: string }
  }
}

/** Before the stories: one browser, found or installed once, and the scripts that pages load as one file. */
export async function setup(project: TestProject): Promise<(() => void) | undefined> {
  await buildPageScript()
  await writeScriptTag()
  project.provide('browser', browsers[chosenBrowser()].ensure()?.path ?? '')
  const webkit = chosenBrowser() === 'webkit' ? ensureWebKit() : null
  if (webkit === null) return undefined
  const display = await startDisplay()
  project.provide('webkit', { browser: webkit.browser, display: display.name })
  return display.stop
}
