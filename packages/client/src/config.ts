import type { Transport, User } from '@sessionward/protocol'
import { browserEnvironment } from './browser.js'
import type { Environment } from './environment.js'

/** What an app is told when a person must sign in again. */
export interface Reauth {
  /** Why the session ended: a code of the error table. */
  readonly reason: string
  /** Who was signed in. Nothing where the page had just been opened. */
  readonly user: User | undefined
  /** Gives up: the waiting requests are rejected with `SignedOutError`. */
  readonly cancel: () => void
}

export interface ClientOptions {
  /** Origin of the auth server, such as `https://auth.example.com`. */
  readonly server: string
  /** Origins that get the access token. The page's own and the auth server's are always among them. Default none. */
  readonly origins?: readonly string[] | undefined
  /** Where the auth server's endpoints begin. Default `/auth`. */
  readonly basePath?: string | undefined
  /** Two clients of one id and server share a session. Default `default`. */
  readonly clientId?: string | undefined
  /** How the refresh token travels. `cookie` (default): out of reach of scripts, and page and auth server are one site. */
  readonly transport?: Transport | undefined
  /**
   * Called when a person must sign in again, while requests wait: show a dialog, and call `signIn` or `cancel`. A
   * promise that settles without a sign-in cancels too. Default: none, and the session simply ends.
   */
  readonly onReauth?: ((reauth: Reauth) => unknown) | undefined
  /** Seconds. */
  readonly timeouts?:
    | {
        /** For an answer of the auth server. Default 8. */
        readonly request?: number | undefined
        /** For the lock that the tabs share; longer than `request`. Default 10. */
        readonly lock?: number | undefined
        /** For a person to sign in again. Default 300. */
        readonly reauth?: number | undefined
      }
    | undefined
  /** @internal The browser, or what a test puts in its place. */
  readonly environment?: Environment | undefined
}

export interface ClientConfig {
  /** Two clients of one name are one. */
  readonly name: string
  readonly endpoint: string
  /** The latest call of `createClient` decides. */
  origins: readonly (string | undefined)[]
  readonly transport: Transport
  /** The latest call of `createClient` decides. */
  onReauth: ((reauth: Reauth) => unknown) | undefined
  /** Milliseconds. */
  readonly timeouts: { readonly request: number; readonly lock: number; readonly reauth: number }
  readonly environment: Environment
}

/** @throws TypeError naming the option that cannot be used, and what was expected. */
export function readOptions({
  server,
  origins = [],
  basePath = '/auth',
  clientId = 'default',
  transport = 'cookie',
  onReauth,
  timeouts: { request = 8, lock = 10, reauth = 300 } = {},
  environment = browserEnvironment(),
}: ClientOptions): ClientConfig {
  const { page } = environment
  const home = readOrigin('server', server)
  check('basePath', basePath, /^(\/[^/?#]+)*$/, 'a path such as /auth')
  check('clientId', clientId, /^[\w-]+$/, 'letters, digits, _ and -')
  check('transport', transport, /^(cookie|body)$/, '`cookie` or `body`')
  // Seconds, and a day at most: a longer timer would overflow and fire at once.
  if (!(0 < request && request < lock && lock < 86_400 && 0 < reauth && reauth < 86_400)) {
    refuse('timeouts', '0 < request < lock < 86400 and 0 < reauth < 86400')
  }
  if (page && transport === 'cookie' && siteOf(page) !== siteOf(home)) {
    refuse('transport', `\`body\`, or ${page} and ${home} one site (by a subdomain, a proxy or embedding)`)
  }
  return {
    name: `sessionward ${home}${basePath} ${clientId}`,
    endpoint: home + basePath,
    origins: [home, page, ...origins.map((origin) => readOrigin('origins', origin))],
    transport,
    onReauth,
    timeouts: { request: request * 1000, lock: lock * 1000, reauth: reauth * 1000 },
    environment,
  }
}

function readOrigin(option: string, text: string): string {
  check(option, text, /^https?:\/\/[^\s/?#]+\/?$/, 'an origin such as https://auth.example.com')
  return new URL(text).origin
}

/**
 * What decides whether cookies pass between two origins: the scheme and the registrable domain. No public suffixes are
 * known here: where two names share only such a one, the first refresh finds out.
 */
function siteOf(origin: string): string {
  // The last two numbers of an address are no domain, and an opaque origin (`null`) is no site.
  const { protocol, hostname } = new URL(origin, 'none:/')
  return protocol + (/[\d\]]$/.test(hostname) ? hostname : hostname.split('.').slice(-2).join('.'))
}

function check(option: string, text: string, pattern: RegExp, expected: string): void {
  if (!pattern.test(text)) refuse(option, expected)
}

function refuse(option: string, expected: string): never {
  throw new TypeError(`createClient: \`${option}\` must be ${expected}.`)
}
