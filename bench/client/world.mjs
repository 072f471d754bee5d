// One person's browser profile, with a server of its own.
import { startMockServer } from './mock/server.mjs'

/** Seconds that the clock goes forward, as in a night's sleep: longer than an access token lives. */
const sleepTime = 600

/** Has the page's clock go with the server's. Timers do not fire meanwhile, as in a machine that sleeps. */
const clock = `(() => {
  const Real = Date
  window.ahead = 0
  window.Date = class Date extends Real {
    constructor(...given) { given.length > 0 ? super(...given) : super(Date.now()) }
    static now() { return Real.now() + window.ahead * 1000 }
  }
})()`

/** @param {import('playwright-core').Browser} browser @param {string} script */
export async function openWorld(browser, script) {
  const server = await startMockServer(script)
  const context = await browser.newContext()
  await context.addInitScript(clock)
  /** @type {import('playwright-core').Page[]} */
  const tabs = []
  return {
    server,
    /** A tab in which the session has been used, so that it has what the other tabs have. */
    async openTab(subject) {
      const tab = await context.newPage()
      tabs.push(tab)
      await tab.goto(server.origin)
      if (subject) await tab.evaluate((name) => window.client.signIn(name), subject)
      const { answered } = await send(tab, 1, { limit: 10 })
      if (answered !== 1) throw new Error('a client that has a good token was not answered: it is not wired properly')
      return tab
    },
    /** The access token is at its end, as every clock says. */
    async expire() {
      server.sessions.ahead += sleepTime
      await Promise.all(tabs.map((tab) => tab.evaluate((seconds) => (window.ahead += seconds), sleepTime)))
      server.refreshes = 0
    },
    /** Whether somebody has to sign in again. */
    async isSignedOut() {
      const signedIn = await Promise.all(tabs.map((tab) => tab.evaluate(() => window.client.signedIn())))
      return server.sessions.reuses > 0 || signedIn.includes(false)
    },
    async close() {
      await context.close()
      await server.close()
    },
  }
}

/**
 * Sends requests at once and waits for them.
 *
 * @param {import('playwright-core').Page} tab
 * @param {number} count
 * @param {{ as?: string, limit: number, delays?: number[] }} how `limit` in seconds; `delays` of the answers, in milliseconds
 * @returns {Promise<{ answered: number, failed: number, pending: number }>}
 */
export function send(tab, count, { as = 'alice', limit, delays }) {
  const paths = Array.from({ length: count }, (_, i) => `/data?as=${as}&i=${i}&delay=${delays?.[i] ?? (i * 17) % 61}`)
  return tab.evaluate(
    async ({ paths, limit }) => {
      const outcome = { answered: 0, failed: 0, pending: paths.length }
      const settle = (what) => {
        outcome[what]++
        outcome.pending--
      }
      const all = paths.map(async (path) => {
        try {
          settle((await window.client.request(path)).status === 200 ? 'answered' : 'failed')
        } catch {
          settle('failed')
        }
      })
      await Promise.race([Promise.all(all), new Promise((resolve) => setTimeout(resolve, limit * 1000))])
      return { ...outcome }
    },
    { paths, limit },
  )
}
