import { refuseUnknown } from '../route.js'

/** A page of the site's own origin refreshes with a script, and then continues. */
export interface InterstitialRefresh {
  /** Discriminates the two methods. */
  readonly kind: 'interstitial'
  /** Origin of the auth server. */
  readonly server: string
  /** Path of the auth server's endpoints. */
  readonly basePath: string
  /** The client whose session it shares. */
  readonly clientId: string
  /** How the refresh token travels. */
  readonly transport: 'cookie' | 'body'
  /** Where the site's own client keeps its session. */
  readonly storage: 'indexeddb' | 'local'
  /** The script of the page; undefined for the one that comes with the package. */
  readonly script: string | undefined
}

/** The auth server refreshes during a redirect, without a script. */
export interface RedirectRefresh {
  /** Discriminates the two methods. */
  readonly kind: 'redirect'
  /** Origin of the auth server. */
  readonly server: string
  /** Path of the auth server's endpoints. */
  readonly basePath: string
}

/** How a visit without a valid access token is refreshed: `interstitial()` or `redirect()`. */
export type RefreshMethod = InterstitialRefresh | RedirectRefresh

/** Options of `interstitial`. An unknown name is refused. */
export interface InterstitialOptions {
  /** Origin of the auth server, such as `https://auth.example.com`. */
  readonly server: string
  /** As in `createClient`. Default `/auth`. */
  readonly basePath?: string
  /** As in `createClient`, whose session it shares. Default `default`. */
  readonly clientId?: string
  /** As in `createClient`. Default `cookie`. */
  readonly transport?: 'cookie' | 'body'
  /** Where the site's own client keeps its session: `local` means `vault: webStorage(localStorage)`. Default `indexeddb`. */
  readonly storage?: 'indexeddb' | 'local'
  /** The script of the page, where there are no files. Default: the one that comes with this package. */
  readonly script?: string
}

/** Options of `redirect`. An unknown name is refused. */
export interface RedirectOptions {
  /** Origin of the auth server. Its `origins` or `returnOrigins` must list this site, and its `accessCookie` reach it. */
  readonly server: string
  /** Default `/auth`. */
  readonly basePath?: string
}

/**
 * Answers the visit with a small page that refreshes with the client of the site, in whatever transport and storage,
 * and goes on to the page that was asked for. It also carries a form that was sent.
 *
 * @throws TypeError that names the option and what was expected
 */
export function interstitial(options: InterstitialOptions): InterstitialRefresh {
  checkObject('interstitial', options)
  refuseUnknown(options, ['server', 'basePath', 'clientId', 'transport', 'storage', 'script'])
  const { clientId = 'default', transport = 'cookie', storage = 'indexeddb', script } = options
  if (!/^[\w-]{1,32}$/.test(clientId)) throw new TypeError('clientId: must be letters, digits, _ and -')
  if (transport !== 'cookie' && transport !== 'body') throw new TypeError("transport: must be 'cookie' or 'body'")
  if (storage !== 'indexeddb' && storage !== 'local') throw new TypeError("storage: must be 'indexeddb' or 'local'")
  if (script !== undefined && typeof script !== 'string') throw new TypeError('script: must be the text of a script')
  return { kind: 'interstitial', ...readServer(options), clientId, transport, storage, script }
}

/**
 * Sends the visit through `GET /auth/continue` of the auth server, which refreshes by its cookie. Needs no script;
 * site and auth server must be on one site (registrable domain).
 *
 * @throws TypeError that names the option and what was expected
 */
export function redirect(options: RedirectOptions): RedirectRefresh {
  checkObject('redirect', options)
  refuseUnknown(options, ['server', 'basePath'])
  return { kind: 'redirect', ...readServer(options) }
}

function checkObject(name: string, options: unknown): void {
  if (typeof options !== 'object' || options === null) {
    throw new TypeError(`${name}: must be given options such as { server: 'https://auth.example.com' }`)
  }
}

function readServer({ server, basePath = '/auth' }: RedirectOptions): { server: string; basePath: string } {
  if (!isWebOrigin(server)) throw new TypeError('server: must be an origin such as https://auth.example.com')
  if (typeof basePath !== 'string' || !/^(\/[\w.~-]+)+$/.test(basePath)) {
    throw new TypeError('basePath: must be a path such as /auth')
  }
  return { server, basePath }
}

/** Scheme, host and port, and nothing else. */
export function isWebOrigin(value: unknown): value is string {
  return typeof value === 'string' && /^https?:/.test(value) && URL.canParse(value) && new URL(value).origin === value
}
