// @ts-check
import { pathToFileURL } from 'node:url'
import { installDebianPackages } from './debian.mjs'
import { findBrowser } from './find-browser.mjs'

/** As {@link launchArgs} of Chromium: a host name that is not this machine's own, so on plain http no secure context. */
export const firefoxUserPrefs = {
  'network.dns.localDomains': 'app.test',
}

/**
 * FIREFOX_PATH, then the names that systems give it.
 *
 * @returns {import('./find-browser.mjs').FoundBrowser | null} one that starts
 */
export function findFirefox() {
  return findBrowser({
    variable: 'FIREFOX_PATH',
    names: ['firefox', 'firefox-esr'],
    elsewhere: () => [['/Applications/Firefox.app/Contents/MacOS/firefox', 'Applications']],
  })
}

/** Finds Firefox, else installs Debian's where this may be done. */
export function ensureFirefox() {
  return findFirefox() ?? (installDebianPackages(['firefox-esr', 'fonts-liberation']) ? findFirefox() : null)
}

// `node scripts/firefox.mjs` prints the one that the tests would take.
if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const firefox = ensureFirefox()
  if (firefox) console.log(`Firefox ${firefox.version}, ${firefox.from}: ${firefox.path}`)
  else process.exitCode = 1
}
