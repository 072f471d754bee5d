// @ts-check
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { installDebianPackages } from './debian.mjs'

const debianPackages = ['webkit2gtk-driver', 'xvfb', 'fonts-liberation']
const driver = '/usr/bin/WebKitWebDriver'
const displayServer = '/usr/bin/Xvfb'

/**
 * WebKitGTK, the WebKit that Debian has: Safari's engine with another network library.
 *
 * @typedef {import('./find-browser.mjs').FoundBrowser & { browser: string }} FoundWebKit path is that of its WebDriver, browser
 * that of the small browser that the driver starts
 */

/** @returns {FoundWebKit | null} */
export function findWebKit() {
  const browser = miniBrowser()
  if (browser === null || !existsSync(driver) || !existsSync(displayServer)) return null
  // Neither program prints its version without a display.
  const { stdout } = spawnSync('/usr/bin/dpkg-query', ['--show', 'webkit2gtk-driver'], { encoding: 'utf8' })
  const version = /[\d.]{5,}/.exec(stdout ?? '')?.[0]
  return version ? { path: driver, version, from: 'installed', browser } : null
}

/** Debian keeps it beside the library, which is named after the machine and its own version. */
function miniBrowser() {
  const folders = readdirSync('/usr/lib', { withFileTypes: true }).filter((entry) => entry.isDirectory())
  const found = folders
    .flatMap(({ name }) =>
      ['4.1', '4.0', '6.0'].map((api) => join('/usr/lib', name, `webkit2gtk-${api}`, 'MiniBrowser')),
    )
    .find(existsSync)
  return found ?? null
}

/** Finds WebKitGTK and a display without a screen, else installs Debian's where this may be done. */
export function ensureWebKit() {
  return findWebKit() ?? (installDebianPackages(debianPackages) ? findWebKit() : null)
}

/**
 * A display without a screen, which WebKitGTK needs: it knows no headless mode.
 *
 * @returns {Promise<{ name: string, stop(): void }>}
 */
export function startDisplay() {
  const server = spawn(displayServer, ['-displayfd', '3', '-screen', '0', '1280x900x24', '-nolisten', 'tcp'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  })
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.once('exit', (code) => reject(new Error(`Xvfb ended with ${code}`)))
    server.stdio[3]?.once('data', (number) => resolve({ name: `:${String(number).trim()}`, stop: () => server.kill() }))
  })
}

// `node scripts/webkit.mjs` prints the one that the tests would take.
if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const found = ensureWebKit()
  if (found) console.log(`WebKitGTK ${found.version}, ${found.from}: ${found.browser}`)
  else process.exitCode = 1
}
