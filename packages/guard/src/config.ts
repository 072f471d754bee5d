import {
  accessTokenType,
  type Envelope,
  type Logger,
  type SignatureAlgorithm,
  signatureAlgorithms,
} from '@sessionward/protocol'
import type { GuardRequest } from './binding/evidence.js'
import type { GuardError } from './challenge.js'
import { type GivenKeys, readGivenKeys } from './keys/given-keys.js'
import type { KeyOptions } from './keys/open-keys.js'
import type { RevocationSource } from './revocation/source.js'
import { RevocationSubscriber } from './revocation/subscriber.js'
import { type Route, readStaleness, refuseUnknown, type Staleness } from './route.js'
import { normalType } from './token/header.js'
import { bearer, readSources, type TokenSource } from './token-source.js'
import { Warnings } from './warnings.js'

export interface GuardOptions {
  /** `iss` of the tokens to accept, compared exactly. Without `keys` and `jwksUri`, the keys are fetched from there. */
  readonly issuer: string
  /** The name of this resource server in `aud`. If there are several, one of them is enough. */
  readonly audience: string | readonly string[]
  /**
   * Public keys, instead of fetching them: a JWKS, one JWK, a PEM public key, or a function that returns a JWKS and is called
   * again every 30 seconds. Default: fetched from `jwksUri`.
   */
  readonly keys?: GivenKeys
  /** URL of the JWKS. Default `<issuer>/.well-known/jwks.json`. */
  readonly jwksUri?: string
  /** Accepted signature algorithms. Each key is used for one of them. Default `['ES256']`. */
  readonly algorithms?: readonly SignatureAlgorithm[]
  /** Accepted `typ`. Default `['at+jwt']`. */
  readonly types?: readonly string[]
  /**
   * Maximum number of seconds from `iat` to `exp`, from 1 to 86400. Default 3600. If the auth server has a longer access
   * token lifetime, raise it to that.
   */
  readonly maxLifetime?: number
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
   * Where the guard gets revocations: over HTTP with one of the auth server's `secrets.guards`, or from a source in the same
   * process, such as `auth.revocations`. Default: none, and access tokens of a revoked session are accepted until they expire.
   */
  readonly feed?: FeedOptions | RevocationSource
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
   */
  readonly onRefused?: (error: GuardError, request: GuardRequest | undefined) => void
  /**
   * Answers refusals as `{ code, message, data }`, with the business codes of `envelope({ ok, codes })`. Default: problems
   * (RFC 9457).
   */
  readonly envelope?: Envelope
}

export interface FeedOptions {
  /** One of the auth server's `secrets.guards`: visible ASCII, because it is sent in a header. Undefined is refused with a message. */
  readonly credential: string | undefined
  /** URL of the feed. Default `/auth/revocations` at the issuer's origin; set it if the auth server has another `basePath`. */
  readonly url?: string
}

/** {@link GuardOptions}, complete and checked. */
export interface GuardConfig {
  readonly issuer: string
  readonly audiences: readonly string[]
  readonly keys: KeyOptions
  readonly algorithms: readonly SignatureAlgorithm[]
  readonly types: readonly string[]
  readonly maxLifetime: number
  readonly clockTolerance: number
  readonly now: () => number
  /** Nothing is read before somebody subscribes. */
  readonly feed: RevocationSource | undefined
  readonly staleness: Route['staleness']
  readonly tokens: readonly TokenSource[]
  readonly origins: readonly string[]
  readonly cacheSize: number
  readonly warnings: Warnings
  readonly onRefused: GuardOptions['onRefused']
  readonly envelope: Envelope | undefined
}

/** Seconds: what `maxLifetime` may be at most. */
export const longestLifetime = 86_400

const defaultStaleness: Staleness = { after: 30, then: 'allow' }

const names: readonly (keyof GuardOptions)[] = [
  'issuer',
  'audience',
  'keys',
  'jwksUri',
  'algorithms',
  'types',
  'maxLifetime',
  'clockTolerance',
  'now',
  'fetch',
  'feed',
  'staleness',
  'tokens',
  'origins',
  'cacheSize',
  'logger',
  'onRefused',
  'envelope',
]

/** @throws TypeError that names the option and what was expected */
export function readOptions(options: GuardOptions): GuardConfig {
  if (typeof options !== 'object' || options === null) throw expected('options', 'an object with issuer and audience')
  refuseUnknown(options, names)
  const { issuer, maxLifetime = 3600, clockTolerance = 5, cacheSize = 1000, now = Date.now, logger = console } = options
  if (typeof issuer !== 'string' || issuer === '') throw expected('issuer', 'a non-empty string')
  if (!isWithin(maxLifetime, 1, longestLifetime)) {
    throw expected('maxLifetime', `a number of seconds from 1 to ${longestLifetime}`)
  }
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
  const fetch: typeof globalThis.fetch = options.fetch ?? ((input, init) => globalThis.fetch(input, init))
  const allowed = readList('algorithms', options.algorithms ?? ['ES256'])
  if (!allowed.every((algorithm) => signatureAlgorithms.includes(algorithm))) {
    throw expected('algorithms', `a list of one or more of ${signatureAlgorithms.join(', ')}`)
  }
  const warnings = new Warnings(logger)
  return {
    issuer,
    audiences: readList('audience', typeof options.audience === 'string' ? [options.audience] : options.audience),
    keys: readKeys(options, allowed, fetch),
    algorithms: allowed,
    types: readList('types', options.types ?? [accessTokenType]).map(normalType),
    maxLifetime,
    clockTolerance,
    now,
    feed: readFeed(options, fetch, warnings),
    staleness: readStaleness(options.staleness, defaultStaleness, options.feed !== undefined),
    tokens: readSources(options.tokens ?? [bearer()]),
    origins: readOrigins(options.origins ?? []),
    cacheSize,
    warnings,
    onRefused: options.onRefused,
    envelope: options.envelope,
  }
}

function readKeys(
  { keys, jwksUri, issuer }: GuardOptions,
  allowed: readonly SignatureAlgorithm[],
  fetch: typeof globalThis.fetch,
): KeyOptions {
  if (keys === undefined) {
    return { from: 'uri', uri: readUrl('jwksUri', jwksUri, issuer, '/.well-known/jwks.json'), fetch }
  }
  if (jwksUri !== undefined) throw expected('jwksUri', 'omitted when keys is given')
  if (!['string', 'object', 'function'].includes(typeof keys) || keys === null) {
    throw expected('keys', 'a JWKS, a JWK, a PEM public key or a function that returns a JWKS')
  }
  try {
    return { from: typeof keys === 'function' ? 'function' : 'given', read: readGivenKeys(keys, allowed) }
  } catch (cause) {
    throw new TypeError(`keys: ${(cause as Error).message}`, { cause })
  }
}

function readFeed(
  { feed, issuer }: GuardOptions,
  fetch: typeof globalThis.fetch,
  warnings: Warnings,
): RevocationSource | undefined {
  if (feed === undefined) return undefined
  if (typeof feed !== 'object' || feed === null)
    throw expected('feed', 'an object with credential, or a source with subscribe')
  if ('subscribe' in feed) {
    if (typeof feed.subscribe !== 'function') throw expected('feed.subscribe', 'a function')
    return feed
  }
  refuseUnknown(feed, ['credential', 'url'], 'feed')
  const { credential } = feed
  if (credential === undefined || credential === '') {
    throw new TypeError(
      `feed.credential is missing (${credential === '' ? 'empty' : 'undefined'}): is the environment variable set?`,
    )
  }
  // Visible ASCII: anything else would not survive as a header, or would end it early.
  if (typeof credential !== 'string' || !/^[\x21-\x7e]+$/.test(credential)) {
    throw expected('feed.credential', 'a string of visible ASCII characters')
  }
  const url = readUrl('feed.url', feed.url, originOf(issuer), '/auth/revocations')
  return new RevocationSubscriber({ credential, url, fetch, warnings })
}

/**
 * The address given, or the issuer's. An issuer may have a path (RFC 8414 section 2). Plain http is for this machine, and
 * for issuers that are plain http themselves (an intranet): an https issuer's keys do not come over an open line.
 */
function readUrl(name: string, given: string | undefined, issuer: string, path: string): string {
  const fallback = URL.canParse(issuer) && !/[?#]/.test(issuer) ? issuer.replace(/\/$/, '') + path : undefined
  const url = given ?? fallback
  if (url === undefined || !URL.canParse(url) || !isTrustworthy(new URL(url), issuer)) {
    throw expected(
      given === undefined ? 'issuer' : name,
      'an https URL (http only if the issuer is http, or on loopback)',
    )
  }
  return url
}

/** The endpoints of the auth server are at its origin, whatever path its issuer has. */
function originOf(issuer: string): string {
  return URL.canParse(issuer) ? new URL(issuer).origin : issuer
}

function isTrustworthy({ protocol, hostname, username, password }: URL, issuer: string): boolean {
  if (username !== '' || password !== '') return false
  if (protocol === 'https:') return true
  return protocol === 'http:' && (issuer.startsWith('http:') || ['localhost', '127.0.0.1', '[::1]'].includes(hostname))
}

/** Compared with `Origin` as they are, so they must have its form. An application's own scheme has no origin in a URL. */
function readOrigins(origins: readonly string[]): readonly string[] {
  const isOrigin = (one: unknown) => typeof one === 'string' && /^[a-z][a-z0-9+.-]*:\/\/[^/?#\s,]+$/.test(one)
  if (!Array.isArray(origins) || !origins.every(isOrigin)) {
    throw expected('origins', "a list of origins such as 'https://app.example.com', in lower case and without a path")
  }
  return Object.freeze([...origins])
}

function readList<T extends string>(name: string, list: readonly T[]): readonly T[] {
  if (!Array.isArray(list) || list.length === 0 || !list.every((item) => typeof item === 'string' && item !== '')) {
    throw expected(name, 'a non-empty string or a list of non-empty strings')
  }
  return Object.freeze([...list])
}

function isWithin(value: unknown, minimum: number, maximum: number): boolean {
  return typeof value === 'number' && value >= minimum && value <= maximum
}

function expected(option: string, what: string): TypeError {
  return new TypeError(`${option}: must be ${what}`)
}
