import type { Envelope, Logger } from '@sessionward/protocol'
import type { GuardRequest } from './binding/evidence.js'
import type { GuardError } from './challenge.js'
import {
  expected,
  type IssuerConfig,
  type IssuerOptions,
  issuerNames,
  isWithin,
  readIssuer,
} from './issuer/issuer-options.js'
import type { LegacyVerifier } from './legacy/hs256.js'
import { type Route, readStaleness, refuseUnknown, type Staleness } from './route.js'
import { bearer, readTokenSources, type TokenSource } from './token-source.js'
import { Warnings } from './warnings.js'

/** Options of {@link createGuard} for one issuer. */
export interface GuardOptions extends IssuerOptions, CommonGuardOptions {
  /** Only in `MultiIssuerOptions`. Default: none. */
  readonly issuers?: undefined
}

/** Options of a guard for several issuers. Each is strict within its own profile: no key of one verifies a token of another. */
export interface MultiIssuerOptions extends CommonGuardOptions {
  /** The issuers, each once. One without an `audience` has that of the guard. */
  readonly issuers: readonly (Omit<IssuerOptions, 'audience'> & Partial<Pick<IssuerOptions, 'audience'>>)[]
  /** The name of this resource server in `aud`, for all issuers that do not state another. Default: each must state its own. */
  readonly audience?: string | readonly string[]
}

/** What is the same for all issuers. */
export interface CommonGuardOptions {
  /** Accepts the tokens of an older system until a day: `hs256({ secret, until: '2027-03-01' })`. Default: none. */
  readonly legacy?: LegacyVerifier
  /**
   * Seconds by which clocks may differ, from 0 to 60. Default 5. With a feed the guard also measures how far the auth server's
   * clock differs from its own, and corrects up to 300 s.
   */
  readonly clockTolerance?: number
  /** The clock, in milliseconds since the epoch. Default `Date.now`. */
  readonly now?: () => number
  /** Fetches the keys and the feed. Default: the global `fetch`. */
  readonly fetch?: typeof globalThis.fetch
  /**
   * What happens when no message of the feed has arrived for `after` seconds: `allow` lets verified tokens pass, `deny`
   * answers 503. Default `{ after: 30, then: 'allow' }`. A route can override it.
   */
  readonly staleness?: Partial<Staleness>
  /**
   * Where a request may carry its access token: a list of `bearer()`, `header(name)` and `cookie(name)`. A route can override it.
   * Default `[bearer()]`.
   */
  readonly tokens?: readonly TokenSource[]
  /**
   * Origins, such as `https://app.example.com`, whose pages may send requests that change something with the token in a cookie.
   * The guard's own origin needs no entry for browsers that send `Sec-Fetch-Site` (all since 2023, over https). Default: none.
   */
  readonly origins?: readonly string[]
  /** Maximum number of verified tokens in the cache. Default 1000; 0 disables the cache. */
  readonly cacheSize?: number
  /**
   * Receives warnings for the operator: keys or a feed that cannot be read, clocks that differ, tokens with too long a
   * lifetime. Each is logged once, and again when its reason changes; none contains a token or a credential. Default `console`.
   */
  readonly logger?: Logger
  /**
   * Called with every refusal before it is answered, with any adapter: for a log or a counter. `error.cause` is the reason of
   * a `service_unavailable`. The request is undefined for `verify`. An error that it throws is logged and otherwise ignored.
   * Default: nothing is called.
   */
  readonly onRefused?: (error: GuardError, request: GuardRequest | undefined) => void
  /**
   * Answers refusals as `{ code, message, data }`, with the business codes of `envelope({ ok, codes })`. Default: problems
   * (RFC 9457).
   */
  readonly envelope?: Envelope
}

/** {@link GuardOptions}, complete and checked. */
export interface GuardConfig {
  /** At least one. */
  readonly issuers: readonly IssuerConfig[]
  readonly legacy: LegacyVerifier | undefined
  readonly clockTolerance: number
  readonly now: () => number
  readonly staleness: Route['staleness']
  readonly tokens: readonly TokenSource[]
  readonly origins: readonly string[]
  readonly cacheSize: number
  readonly warnings: Warnings
  readonly onRefused: CommonGuardOptions['onRefused']
  readonly envelope: Envelope | undefined
}

const defaultStaleness: Staleness = { after: 30, then: 'allow' }

const sharedNames: readonly (keyof CommonGuardOptions)[] = [
  'legacy',
  'clockTolerance',
  'now',
  'fetch',
  'staleness',
  'tokens',
  'origins',
  'cacheSize',
  'logger',
  'onRefused',
  'envelope',
]

/** @throws TypeError that names the option and what was expected */
export function readOptions(options: GuardOptions | MultiIssuerOptions): GuardConfig {
  if (typeof options !== 'object' || options === null) throw expected('options', 'an object with issuer and audience')
  refuseUnknown(options, [...issuerNames, 'issuers', ...sharedNames])
  const { clockTolerance = 5, cacheSize = 1000, now = Date.now, logger = console, legacy } = options
  if (!isWithin(clockTolerance, 0, 60)) throw expected('clockTolerance', 'a number of seconds from 0 to 60')
  if (!Number.isSafeInteger(cacheSize) || cacheSize < 0) throw expected('cacheSize', 'a whole number, 0 or more')
  if (typeof now !== 'function') throw expected('now', 'a function that returns milliseconds, such as Date.now')
  if (options.fetch !== undefined && typeof options.fetch !== 'function')
    throw expected('fetch', 'a function like the global fetch')
  if (typeof logger?.warn !== 'function' || typeof logger.error !== 'function')
    throw expected('logger', 'an object with the functions warn and error, such as console')
  if (options.onRefused !== undefined && typeof options.onRefused !== 'function')
    throw expected('onRefused', 'a function (error, request)')
  if (options.envelope !== undefined && typeof options.envelope?.wrap !== 'function')
    throw expected('envelope', 'made by envelope({ ok, codes })')
  if (legacy !== undefined && typeof legacy?.verify !== 'function')
    throw expected('legacy', "made by hs256({ secret, until: '2027-03-01' })")
  const fetch: typeof globalThis.fetch = options.fetch ?? ((input, init) => globalThis.fetch(input, init))
  const issuers = readIssuers(options, (one) =>
    readIssuer(one, { clockTolerance, now, fetch, warnings: new Warnings(logger) }),
  )
  const hasFeed = issuers.some(({ feed }) => feed !== undefined)
  return {
    issuers,
    legacy,
    clockTolerance,
    now,
    staleness: readStaleness(options.staleness, defaultStaleness, hasFeed),
    tokens: readTokenSources(options.tokens ?? [bearer()]),
    origins: readOrigins(options.origins ?? []),
    cacheSize,
    warnings: new Warnings(logger),
    onRefused: options.onRefused,
    envelope: options.envelope,
  }
}

/** The one issuer of the options, or those of `issuers`, each with the guard's audience where it has none. */
function readIssuers(
  options: GuardOptions | MultiIssuerOptions,
  read: (options: IssuerOptions) => IssuerConfig,
): IssuerConfig[] {
  const { issuers } = options
  if (issuers === undefined) return [read(options as IssuerOptions)]
  const misplaced = issuerNames.find((name) => name !== 'audience' && Object.hasOwn(options, name))
  if (misplaced !== undefined) throw new TypeError(`${misplaced}: must be in each of issuers, when issuers is given`)
  if (!Array.isArray(issuers) || issuers.length === 0) throw expected('issuers', 'a list of objects with issuer')
  const configs = issuers.map((one, index) => {
    const path = `issuers[${index}]`
    if (typeof one !== 'object' || one === null) throw expected(path, 'an object with issuer')
    refuseUnknown(one, issuerNames, path)
    try {
      return read({ audience: options.audience, ...one } as IssuerOptions)
    } catch (error) {
      throw new TypeError(`${path}.${(error as Error).message}`, { cause: error })
    }
  })
  const twice = configs.find(({ issuer }, index) => configs.findIndex((one) => one.issuer === issuer) < index)
  // The token chooses the profile by its iss: with two for one name, the weaker one would count.
  if (twice) throw new TypeError(`issuers: must not contain ${twice.issuer} twice`)
  return configs
}

/** Compared with `Origin` as they are, so they must have its form. An application's own scheme has no origin in a URL. */
function readOrigins(origins: readonly string[]): readonly string[] {
  const isOrigin = (one: unknown) => typeof one === 'string' && /^[a-z][a-z0-9+.-]*:\/\/[^/?#\s,]+$/.test(one)
  if (!Array.isArray(origins) || !origins.every(isOrigin)) {
    throw expected('origins', "a list of origins such as 'https://app.example.com', in lower case and without a path")
  }
  return Object.freeze([...origins])
}
