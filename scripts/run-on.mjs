// @ts-check
import { browsers, chosenBrowser } from './browsers.mjs'
import { services } from './services/start.mjs'
import { chosenStores } from './stores.mjs'
import { findStrace } from './strace.mjs'

/** @typedef {import('./services/desk.mjs').Answers} Answers */

/**
 * What the tests run on besides Node itself. A test belongs to a row if its file and full name fit `tests`.
 *
 * @typedef {object} Row
 * @property {string} name
 * @property {RegExp} tests
 * @property {(services: Answers) => string | null | Promise<string | null>} where where it comes from on this machine, null: not here
 */

/** @type {readonly Row[]} */
export const runOn = [
  { name: 'memory store', tests: /^packages\/server\/test\/.*memory/is, where: () => 'in process' },
  { name: 'SQLite store', tests: /^packages\/server\/test\/.*sqlite/is, where: sqlite },
  // The driver of MySQL runs on MariaDB too: a test of it that runs on MariaDB says so.
  ...server('postgres', /^(packages\/server|examples\/[^/]+|e2e)\/.*postgres/is),
  ...server('mariadb', /^(packages\/server|examples\/[^/]+|e2e)\/.*mariadb/is),
  ...server('mysql', /^(packages\/server|examples\/[^/]+|e2e)\/(?!.*mariadb).*mysql/is),
  ...server('mongodb', /^(packages\/server|examples\/[^/]+|e2e)\/.*mongodb/is),
  ...server('redis', /^(packages\/server|examples\/[^/]+|e2e)\/.*redis/is),
  { name: 'strace', tests: /strace|fdatasync/i, where: () => (findStrace() ? 'installed' : null) },
  {
    name: browsers[chosenBrowser()].title,
    // Stories of whole machines need no browser.
    tests: /^e2e\/(?!database-|failover-|nodes-|restore-|sign-out-on-one-node)/,
    where: browser,
  },
]

/**
 * The row of a server, where it is chosen: a test's name may speak of others.
 *
 * @param {import('./services/desk.mjs').ServiceName} name
 * @param {RegExp} tests
 * @returns {Row[]}
 */
function server(name, tests) {
  if (!chosenStores().includes(name)) return []
  /** @type {Row['where']} */
  const where = (answers) => {
    const answer = answers[name]
    if (!answer || answer.missing !== undefined) return null
    return [answer.version, answer.from, answer.note].filter(Boolean).join(', ')
  }
  return [{ name: services[name].title, tests, where }]
}

function browser() {
  const found = browsers[chosenBrowser()].find()
  return found && `${found.version}, ${found.from}`
}

async function sqlite() {
  for (const name of ['node:sqlite', 'libsql']) {
    const found = await import(name).catch(() => null)
    if (found) return name
  }
  return null
}
