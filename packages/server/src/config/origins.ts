/**
 * Reads one of `origins`: http(s), or the scheme of an application. The message names the position and not the value: people
 * paste URLs with passwords in them.
 */
export function readOrigin(origin: string, index: number): string {
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
 * `capacitor://localhost`, `tauri://localhost`, `chrome-extension://<id>`: the origin that pages of an application send. A URL
 * parser gives them none (URL section 4.7), so the string itself is checked.
 */
function isApplicationOrigin(origin: string): boolean {
  const [, scheme = ''] =
    /^([a-z][a-z0-9+.-]*):\/\/[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::[1-9][0-9]{0,4})?$/.exec(origin) ?? []
  return scheme !== '' && !notApplications.has(scheme)
}

/** Schemes of the web, of which only http and https have pages with an origin of their own. */
const notApplications: ReadonlySet<string> = new Set([
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
