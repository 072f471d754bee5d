import { isLoopback } from '@sessionward/protocol'
import { listOf } from './values.js'

/**
 * The option `origins`.
 *
 * @param requireHttps Whether http is allowed for this machine only.
 */
export function readOrigins(given: readonly string[] | undefined, requireHttps: boolean): readonly string[] {
  const origins = listOf('origins', given).map(readOrigin)
  const plain = origins.findIndex((origin) => origin.startsWith('http:') && !isLoopback(new URL(origin).hostname))
  if (requireHttps && plain >= 0) throw new TypeError(`origins[${plain}] must be https in production`)
  return origins
}

/**
 * Checks an item of the option `origins`: http(s), or an application's own scheme. Messages name the index and not the value, which
 * may be a URL with a password.
 */
function readOrigin(origin: string, index: number): string {
  if (origin === 'null') {
    throw new TypeError(
      `origins[${index}] must not be "null": every sandboxed page and every file has that origin; serve the page over http or an application's own scheme`,
    )
  }
  if (typeof origin === 'string' && origin.includes('*')) {
    throw new TypeError(
      `origins[${index}] must not be a pattern: anyone with a page that matches could use the sessions of your users; list each origin, or serve previews under one host name`,
    )
  }
  if (typeof origin !== 'string' || !isOrigin(origin)) {
    throw new TypeError(
      `origins[${index}] must consist of scheme, host and port only, such as https://app.example.com or capacitor://localhost`,
    )
  }
  return origin
}

/** Whether a string is an origin that `origins` may list. */
export function isOrigin(origin: string): boolean {
  return isWebOrigin(origin) || isApplicationOrigin(origin)
}

function isWebOrigin(origin: string): boolean {
  return /^https?:/.test(origin) && URL.canParse(origin) && new URL(origin).origin === origin
}

/**
 * `capacitor://localhost`, `tauri://localhost`, `chrome-extension://<id>`: origins of pages in an application. A URL parser returns no
 * origin for these schemes (URL section 4.7), so the string is checked instead.
 */
function isApplicationOrigin(origin: string): boolean {
  const [, scheme = ''] =
    /^([a-z][a-z0-9+.-]*):\/\/[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::[1-9][0-9]{0,4})?$/.exec(origin) ?? []
  return scheme !== '' && !webSchemes.has(scheme)
}

/** Schemes of the web. Only http and https pages have an origin of their own. */
const webSchemes: ReadonlySet<string> = new Set([
  'http',
  'https',
  'ws',
  'wss',
  'ftp',
  'file',
  'data',
  'blob',
  'about',
  'javascript',
])
