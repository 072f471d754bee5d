import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { BrowserContext } from 'playwright-core'
import { onTestFinished } from 'vitest'
import { launchProfile } from './browser.js'

/** A browser whose profile is on the disk: it is quit and started again, as people do. */
export interface RestartingBrowser {
  start(): Promise<BrowserContext>
  /** Quits it as a person does, so that everything is written. */
  quit(): Promise<void>
}

/** The profile is deleted with the story. */
export function restartingBrowser(): RestartingBrowser {
  const profile = mkdtempSync(join(tmpdir(), 'sessionward-profile-'))
  let context: BrowserContext | undefined
  const quit = async () => {
    await context?.close()
    context = undefined
  }
  onTestFinished(async () => {
    await quit()
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 })
  })
  return {
    quit,
    async start() {
      context = await launchProfile(profile)
      return context
    },
  }
}
