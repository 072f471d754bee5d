import { type Browser, type BrowserContext, chromium, firefox, type LaunchOptions } from 'playwright-core'
import { inject } from 'vitest'
import { chosenBrowser } from '../../scripts/browsers.mjs'
import { launchArgs } from '../../scripts/chromium.mjs'
import { firefoxUserPrefs } from '../../scripts/firefox.mjs'
import { launchWebKit } from './webkit.js'

export const browserName = chosenBrowser()

/** @returns null: this machine has none */
export async function launchBrowser(options?: LaunchOptions): Promise<Browser | null> {
  if (inject('browser') === '') return null
  if (browserName === 'webkit') return launchWebKit(inject('browser'), inject('webkit'))
  return browserName === 'firefox'
    ? firefox.launch({ ...forFirefox(), ...options })
    : chromium.launch({ ...forChromium(), ...options })
}

/** A browser whose profile is this folder. */
export function launchProfile(folder: string): Promise<BrowserContext> {
  if (browserName === 'webkit') throw new Error('WebKit keeps no profile over WebDriver')
  return browserName === 'firefox'
    ? firefox.launchPersistentContext(folder, forFirefox())
    : chromium.launchPersistentContext(folder, forChromium())
}

function forChromium(): LaunchOptions {
  return { executablePath: inject('browser'), headless: true, args: launchArgs }
}

/** The channel makes Playwright speak WebDriver BiDi, which an unchanged Firefox understands. */
function forFirefox(): LaunchOptions {
  return { executablePath: inject('browser'), headless: true, channel: 'moz-firefox', firefoxUserPrefs }
}
