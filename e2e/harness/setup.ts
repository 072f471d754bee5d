import type { TestProject } from 'vitest/node'
import { ensureChromium } from '../../scripts/chromium.mjs'

declare module 'vitest' {
  interface ProvidedContext {
    /** Path of the executable; empty: there is none, and every story is skipped. */
    chromium: string
  }
}

/** Before the stories: one Chromium, found or installed once. */
export function setup(project: TestProject): void {
  project.provide('chromium', ensureChromium()?.path ?? '')
}
