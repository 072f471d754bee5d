import type { Transport, User } from '@sessionward/protocol'
import { browserEnvironment, type Environment } from './environment.js'

/** What an app is told when a person must sign in again. */
export interface Reauth {
  /** Why the session ended: a code of the error table. */
  readonly reason: string
  /** Who was signed in. */
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
  readonly origins: ReadonlySet<string>
  readonly transport: Transport
  readonly onReauth: ((reauth: Reauth) => unknown) | undefined
  /** Milliseconds. */
  readonly timeouts: { readonly request: number; readonly lock: number; readonly reauth: number }
  readonly environment: Environment
}

/** @throws TypeError naming the option that cannot be used, and what was expected. */
export function readOptions(options: ClientOptions): ClientConfig {
  const environment = options.environment ?? browserEnvironment()
  const { page } = environment
  const server = readOrigin('server', options.server)
  const { basePath = '/auth', clientId = 'default', transport = 'cookie', onReauth, timeouts } = options
  if (!/^(\/[^/?#]+)*$/.test(basePath)) refuse('basePath', 'a path such as /auth')
  if (!/^[\w-]+$/.test(clientId)) refuse('clientId', 'letters, digits, _ and -')
  if (transport !== 'cookie' && transport !== 'body') refuse('transport', '`cookie` or `body`')
  const request = readSeconds('timeouts.request', timeouts?.request, 8)
  const lock = readSeconds('timeouts.lock', timeouts?.lock, 10)
  if (lock <= request) refuse('timeouts.lock', 'longer than timeouts.request')
  if (page && transport === 'cookie' && differentSites(new URL(page), new URL(server))) {
    refuse(
      'transport',
      `\`body\`, since ${page} and ${server} are different sites and browsers send no cookie between them. ` +
        'Or make them one site: a subdomain, a proxy, or the auth server inside the app',
    )
  }
  return {
    name: `sessionward/1 ${server}${basePath} ${clientId}`,
    endpoint: server + basePath,
    origins: new Set([
      server,
      ...(page ? [page] : []),
      ...(options.origins ?? []).map((o) => readOrigin('origins', o)),
    ]),
    transport,
    onReauth,
    timeouts: { request, lock, reauth: readSeconds('timeouts.reauth', timeouts?.reauth, 300) },
    environment,
  }
}

function readOrigin(option: string, text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (!url || !/^https?:$/.test(url.protocol) || url.href !== `${url.origin}/`) {
    refuse(option, 'an origin such as https://auth.example.com')
  }
  return url.origin
}

function readSeconds(option: string, seconds: number | undefined, byDefault: number): number {
  const value = seconds ?? byDefault
  if (!(value > 0 && value <= 86_400)) refuse(option, 'seconds, more than 0 and at most a day')
  return value * 1000
}

/**
 * Whether two origins are certainly different sites (schemeful, by registrable domain). It knows no public suffixes:
 * where two names share only such a one, the first refresh finds out.
 */
function differentSites(one: URL, other: URL): boolean {
  if (one.protocol !== other.protocol) return true
  if (one.hostname === other.hostname) return false
  const domain = ({ hostname }: URL) => hostname.split('.').slice(-2).join('.')
  // The last two numbers of an address are no domain.
  return /[\d\]]$/.test(one.hostname) || domain(one) !== domain(other)
}

function refuse(option: string, expected: string): never {
  throw new TypeError(`createClient: \`${option}\` must be ${expected}.`)
}
