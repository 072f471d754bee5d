// @ts-check
import { existsSync, readdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { debianCommands, installDebianPackages } from './debian.mjs'
import { findBrowser } from './find-browser.mjs'

/**
 * @typedef {import('./find-browser.mjs').Candidate} Candidate
 * @typedef {import('./find-browser.mjs').FoundBrowser} FoundBrowser
 */

/** What every test passes: nothing of these may phone home or ask a person. */
export const launchArgs = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // A host name that is not this machine's own: on plain http no secure context.
  '--host-resolver-rules=MAP app.test 127.0.0.1',
]

// A machine without any font shows empty boxes in screenshots.
const debianPackages = ['chromium', 'fonts-liberation']

/** @type {readonly Candidate[]} */
const applications = [
  ['/Applications/Chromium.app/Contents/MacOS/Chromium', 'Applications'],
  ['/Applications/Google Chrome.app/Contents/MacOS/Google Chrome', 'Applications'],
]

/** What a person does where no Chromium was found and none could be installed. */
const chromiumHelp = `No Chromium was found, and none could be installed without asking. Either
  on Debian:   ${debianCommands(debianPackages)}
  elsewhere:   install Chromium or Google Chrome
  or name it:  CHROMIUM_PATH=/path/to/chromium npm test`

/**
 * CHROMIUM_PATH, then the names that systems give it, then what Playwright once downloaded.
 *
 * @returns {FoundBrowser | null} one that starts
 */
export function findChromium() {
  return findBrowser({
    variable: 'CHROMIUM_PATH',
    names: ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'],
    elsewhere: () => [...applications, ...inPlaywrightCache()],
  })
}

/** Finds Chromium, else installs Debian's where this may be done. Prints what it does. */
export function ensureChromium() {
  const found = findChromium()
  if (found) return found
  const installed = installDebianPackages(debianPackages) ? findChromium() : null
  if (!installed) console.error(chromiumHelp)
  return installed
}

/** @returns {Candidate[]} */
function inPlaywrightCache() {
  const cache =
    process.env.PLAYWRIGHT_BROWSERS_PATH ??
    join(homedir(), process.platform === 'darwin' ? 'Library/Caches' : '.cache', 'ms-playwright')
  if (!existsSync(cache)) return []
  const inside = ['chrome-linux/chrome', 'chrome-linux64/chrome', 'chrome-mac/Chromium.app/Contents/MacOS/Chromium']
  return readdirSync(cache)
    .filter((name) => /^chromium-\d+$/.test(name))
    .sort((a, b) => Number(b.slice(9)) - Number(a.slice(9)))
    .flatMap((name) => inside.map((path) => /** @type {Candidate} */ ([join(cache, name, path), "Playwright's cache"])))
}

// `node scripts/chromium.mjs` prints the one that the tests would take.
if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const chromium = ensureChromium()
  if (chromium) console.log(`Chromium ${chromium.version}, ${chromium.from}: ${chromium.path}`)
  else process.exitCode = 1
}
