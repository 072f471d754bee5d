import type { Transport, User } from '@sessionward/protocol'
import { checkOptions, explainOption } from '#option-checks'
import { authServer } from './backend/auth-server.js'
import type { Backend, BackendSource } from './backend/backend.js'
import { browserEnvironment } from './browser-environment.js'
import type { Environment } from './environment.js'
import type { SignOutReason } from './errors.js'
import type { ReplayableRequest } from './replayable-request.js'
import type { OpenVault } from './vault/vault.js'

/** What `onReauth` receives when a person must sign in again. */
export interface Reauth<U = User> {
  /** Why the session ended. */
  readonly reason: SignOutReason
  /** Who was signed in, if that is known. */
  readonly user: U | undefined
  /** Ends the session: the waiting requests are rejected with `SignedOutError`. */
  readonly cancel: () => void
  /** As `client.signIn`: the waiting requests of the same person are sent. */
  readonly signIn: (input: object) => Promise<U>
  /** Comes when nothing waits any more: somebody signed in, here or in another tab, or the session ended. */
  readonly signal: AbortSignal
  /** Which client asks; the same in all tabs. */
  readonly name: string
}

/** Options of `createClient`. An unknown name is refused. */
export interface ClientOptions<U = User> {
  /** Origin of the auth server, such as `https://auth.example.com`; or a backend of your own: `defineBackend`, `jsonBackend`. */
  readonly server: string | BackendSource
  /**
   * Origins of the APIs that receive the access token, http or https. The page's own origin and the auth server's are always
   * included. Default: none.
   */
  readonly origins?: readonly string[] | undefined
  /** Path of the auth server's endpoints. Default `/auth`. */
  readonly basePath?: string | undefined
  /** Clients with the same id and server share a session. Default `default`. */
  readonly clientId?: string | undefined
  /**
   * How the refresh token is sent. `cookie` (default): no script can read it; page and auth server must be on the same site.
   * `body`: for every other page, such as those of Capacitor, Tauri and browser extensions, and for an auth server whose
   * sessions have a single token (`sessionKind: 'sliding'`).
   */
  readonly transport?: Transport | undefined
  /**
   * Called when a person must sign in again, while requests wait: show a dialog, and call `signIn` or `cancel`. If it returns
   * a promise that settles without a sign-in, that cancels too. Default: none, and the session ends.
   */
  readonly onReauth?: ((reauth: Reauth<U>) => unknown) | undefined
  /**
   * Seconds that a request waits for a fresh access token while the auth server is unavailable. Then it fails with
   * `RefreshUnavailableError`; with 0 it fails at once. Default 15.
   */
  readonly patience?: number | undefined
  /**
   * Whether the auth server tells this browser at once when the session ends, over one event stream for all its tabs. Default
   * false: the next answer tells.
   */
  readonly live?: boolean | undefined
  /**
   * For a page that nobody touches, such as a wall display: refreshes while it is hidden too, and keeps the session in memory in
   * case the browser deletes its storage. `every`: seconds between refreshes while no request needs one, less than the idle
   * timeout and at most a day. Default false; with `true`, whenever the access token is about to expire.
   */
  readonly keepAlive?: boolean | { readonly every: number } | undefined
  /** Time limits in seconds, each with a default of its own. */
  readonly timeouts?:
    | {
        /** For an answer of the auth server. Default 8. */
        readonly request?: number | undefined
        /** For the lock that the tabs share; longer than `request`. Default 10. */
        readonly lock?: number | undefined
        /** For the person to sign in again. Default 300. */
        readonly reauth?: number | undefined
      }
    | undefined
  /**
   * Where the session is kept: `webStorage(sessionStorage)`, for systems that insist. Default: the refresh token in IndexedDB if
   * the transport is `body`, and the access token in memory alone.
   */
  readonly vault?: OpenVault | undefined
  /** @internal The browser, or what a test puts in its place. */
  readonly environment?: Environment | undefined
}

export interface ClientConfig {
  /** Calls of `createClient` with the same name return the same client. */
  readonly name: string
  readonly backend: Backend
  /** The latest call of `createClient` decides. */
  origins: readonly string[]
  /** The latest call of `createClient` decides. */
  onReauth: ((reauth: Reauth) => unknown) | undefined
  /** The client's own. */
  signIn?: Reauth['signIn']
  /** Milliseconds between refreshes with the option `keepAlive`; 0: as the access tokens expire. Undefined: option not set. */
  readonly every: number | undefined
  /** Milliseconds. */
  readonly patience: number
  /** Milliseconds. */
  readonly timeouts: { readonly request: number; readonly lock: number; readonly reauth: number }
  readonly live: boolean
  readonly vault: OpenVault | undefined
  readonly environment: Environment
  /** Of `watchActivity`, which a page may load more than once. */
  activityListeners?: Set<{ readonly call: (activity: never) => void }>
  /** Set by `watchActivity`: runs a request and reports its steps. */
  watch?: <A>(request: ReplayableRequest<A>, run: (request: ReplayableRequest<A>) => Promise<A>) => Promise<A>
}

const isOrigin = /^https?:\/\/[^\s/?#]+\/?$/

/**
 * Of the values, a page that is built for production checks only what may differ between a developer's machine and a
 * deployment: the origins, and whether cookies can pass between them. Unknown names are refused everywhere.
 *
 * @throws TypeError that names the option and, unless the page was built for production, what was expected.
 */
export function readOptions(options: ClientOptions): ClientConfig {
  const {
    server,
    basePath,
    clientId,
    transport,
    origins = [],
    onReauth,
    patience = 15,
    live = false,
    keepAlive,
    timeouts = {},
    vault,
    environment = browserEnvironment(),
    ...unknown
  } = options
  const { request = 8, lock = 10, reauth = 300 } = timeouts
  const { page } = environment
  checkOptions(options, unknown)
  const check = (option: 'server' | 'origins' | 'transport', valid: unknown) => {
    if (!valid) throw new TypeError(`createClient: ${explainOption(option, options, page)}`)
  }
  const readOrigin = (option: 'server' | 'origins', text: string) => {
    check(option, isOrigin.test(text))
    return new URL(text).origin
  }
  const connectAuthServer = () => {
    const origin = readOrigin('server', server as string)
    check('transport', !page || transport === 'body' || siteOf(page) === siteOf(origin))
    return authServer(origin, options, environment)
  }

  check('server', typeof server === 'string' || server?.connect)
  const backend: Backend = typeof server === 'string' ? connectAuthServer() : server.connect(environment, options)
  return {
    name: backend.name,
    backend,
    // Pages of an application's own scheme (capacitor:, tauri:, chrome-extension:) have no site and no server.
    origins: [
      ...backend.origins,
      ...(isOrigin.test(page!) ? [page!] : []),
      ...origins.map((origin) => readOrigin('origins', origin)),
    ],
    onReauth,
    patience: patience * 1000,
    timeouts: { request: request * 1000, lock: lock * 1000, reauth: reauth * 1000 },
    vault,
    live,
    every: keepAlive ? ((keepAlive as { readonly every?: number }).every ?? 0) * 1000 : undefined,
    environment,
  }
}

/**
 * The site of an origin, which decides whether cookies pass: scheme and registrable domain. Public suffixes are not known
 * here: if two names share only such a suffix, the first refresh fails.
 */
function siteOf(origin: string): string {
  // An IP address has no registrable domain, and an opaque origin (`null`) has no site.
  const { protocol, hostname } = new URL(origin, 'none:/')
  return protocol + (/[\d\]]$/.test(hostname) ? hostname : hostname.split('.').slice(-2).join('.'))
}
