// @ts-check
import { findChromium } from './chromium.mjs'
import { findStrace } from './strace.mjs'

/**
 * What the tests run on besides Node itself. A test belongs to a service if its file and full name fit `tests`.
 *
 * @typedef {object} Service
 * @property {string} name
 * @property {RegExp} tests
 * @property {() => string | null | Promise<string | null>} where where it comes from on this machine, null: not here
 */

/** @type {readonly Service[]} */
export const services = [
  { name: 'memory store', tests: /^packages\/server\/test\/.*memory/is, where: () => 'in process' },
  { name: 'SQLite store', tests: /^packages\/server\/test\/.*sqlite/is, where: sqlite },
  { name: 'strace', tests: /strace|fdatasync/i, where: () => (findStrace() ? 'installed' : null) },
  { name: 'Chromium', tests: /^e2e\//, where: chromium },
]

function chromium() {
  const found = findChromium()
  return found && `${found.version}, ${found.from}`
}

async function sqlite() {
  for (const name of ['node:sqlite', 'libsql']) {
    const found = await import(name).catch(() => null)
    if (found) return name
  }
  return null
}
