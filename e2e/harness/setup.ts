import type { TestProject } from 'vitest/node'
import { ensureChromium } from '../../scripts/chromium.mjs'
import { buildPageScript } from '../../scripts/page-script.mjs'
import { writeScriptTag } from '../../scripts/script-tag.mjs'

declare module 'vitest' {
  interface ProvidedContext {
    /** Path of the executable; empty: there is none, and every story is skipped. */
    chromium: string
  }
}

/** Before the stories: one Chromium, found or installed once, and the scripts that pages load as one file. */
export async function setup(project: TestProject): Promise<void> {
  await buildPageScript()
  await writeScriptTag()
  project.provide('chromium', ensureChromium()?.path ?? '')
}
