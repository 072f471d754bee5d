// @ts-check
import { ensureChromium, findChromium } from './chromium.mjs'
import { ensureFirefox, findFirefox } from './firefox.mjs'
import { ensureWebKit, findWebKit } from './webkit.mjs'

/** What depends on the browser: not the stories of whole machines, and few of those of one framework or example. */
const storiesOfFirefox = filesOf(`
  anonymous- auth-server- axios-e back-office- business-codes- download- draft- four-tabs- frozen- hanging- hundred- identity-
  jquery-page- jquery-while- lost-answer- nest-vue-ended- old-tokens- order-form- page- plain-http- react- refresh-cookie-
  remember- session-end- sign-in- sign-out-everywhere single- slow-page- stolen- tabs- vue-router-`)

/** What needs no more of the browser than e2e/harness/webkit.ts gives. */
const storiesOfWebKit = filesOf(`
  four-tabs- hundred- identity- lost-answer- session-end- sign-in-of- sign-out-everywhere single- slow-page- stolen-`)

/**
 * What the stories can run in, and which of them do. `ensure` finds the browser, else installs Debian's where this may be done.
 */
export const browsers = {
  chromium: { title: 'Chromium', find: findChromium, ensure: ensureChromium, stories: ['e2e/*.test.ts'] },
  firefox: { title: 'Firefox', find: findFirefox, ensure: ensureFirefox, stories: storiesOfFirefox },
  webkit: { title: 'WebKitGTK', find: findWebKit, ensure: ensureWebKit, stories: storiesOfWebKit },
}

/** @typedef {keyof typeof browsers} BrowserName */

/**
 * The browser that the stories run in, from the environment's BROWSER. Default: Chromium.
 *
 * @returns {BrowserName}
 */
export function chosenBrowser() {
  const name = process.env.BROWSER ?? 'chromium'
  if (Object.hasOwn(browsers, name)) return /** @type {BrowserName} */ (name)
  throw new Error(`BROWSER: expected one of ${Object.keys(browsers).join(', ')}, not ${name}`)
}

/** The test files of the stories that run in the chosen browser. */
export function storiesOfBrowser() {
  return browsers[chosenBrowser()].stories
}

/** @param {string} starts how the names of the files start */
function filesOf(starts) {
  return starts
    .trim()
    .split(/\s+/)
    .map((start) => `e2e/${start}*.test.ts`)
}
