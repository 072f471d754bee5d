// @ts-check
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { debianCommands, installDebianPackages } from './debian.mjs'

/**
 * @typedef {object} Chromium
 * @property {string} path the executable
 * @property {string} version as it says itself
 * @property {string} from how it was found
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

/** What a person does where no Chromium was found and none could be installed. */
const chromiumHelp = `No Chromium was found, and none could be installed without asking. Either
  on Debian:   ${debianCommands(debianPackages)}
  elsewhere:   install Chromium or Google Chrome
  or name it:  CHROMIUM_PATH=/path/to/chromium npm test`

/**
 * CHROMIUM_PATH, then the names that systems give it, then what Playwright once downloaded.
 *
 * @returns {Chromium | null} one that starts
 */
export function findChromium() {
  const named = process.env.CHROMIUM_PATH
  if (named) {
    const found = inspect(named, 'CHROMIUM_PATH')
    if (!found) throw new Error('CHROMIUM_PATH names no browser that starts')
    return found
  }
  for (const [path, from] of [...onThisMachine(), ...inPlaywrightCache()]) {
    const found = inspect(path, from)
    if (found) return found
  }
  return null
}

/** Finds Chromium, else installs Debian's where this may be done. Prints what it does. */
export function ensureChromium() {
  const found = findChromium()
  if (found) return found
  const installed = installDebianPackages(debianPackages) ? findChromium() : null
  if (!installed) console.error(chromiumHelp)
  return installed
}

/** @returns {[path: string, from: string][]} */
function onThisMachine() {
  const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']
  const folders = ['/usr/bin', ...(process.env.PATH ?? '').split(delimiter)]
  /** @type {[string, string][]} */
  const mac = [
    ['/Applications/Chromium.app/Contents/MacOS/Chromium', 'Applications'],
    ['/Applications/Google Chrome.app/Contents/MacOS/Google Chrome', 'Applications'],
  ]
  return [
    ...names.flatMap((name) =>
      folders.map((folder) => /** @type {[string, string]} */ ([join(folder, name), 'installed'])),
    ),
    ...mac,
  ]
}

/** @returns {[path: string, from: string][]} */
function inPlaywrightCache() {
  const cache =
    process.env.PLAYWRIGHT_BROWSERS_PATH ??
    join(homedir(), process.platform === 'darwin' ? 'Library/Caches' : '.cache', 'ms-playwright')
  if (!existsSync(cache)) return []
  const inside = ['chrome-linux/chrome', 'chrome-linux64/chrome', 'chrome-mac/Chromium.app/Contents/MacOS/Chromium']
  return readdirSync(cache)
    .filter((name) => /^chromium-\d+$/.test(name))
    .sort((a, b) => Number(b.slice(9)) - Number(a.slice(9)))
    .flatMap((name) =>
      inside.map((path) => /** @type {[string, string]} */ ([join(cache, name, path), "Playwright's cache"])),
    )
}

/**
 * A file of the right name may still be a pointer to a snap that is not there, so it is asked for its version.
 *
 * @param {string} path
 * @param {string} from
 * @returns {Chromium | null}
 */
function inspect(path, from) {
  if (!existsSync(path)) return null
  const { status, stdout } = spawnSync(path, ['--version'], { encoding: 'utf8', timeout: 20_000 })
  const version = /[\d.]{5,}/.exec(stdout ?? '')?.[0]
  return status === 0 && version ? { path, version, from } : null
}

// `node scripts/chromium.mjs` prints the one that the tests would take.
if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const chromium = ensureChromium()
  if (chromium) console.log(`Chromium ${chromium.version}, ${chromium.from}: ${chromium.path}`)
  else process.exitCode = 1
}
