import { accessTokenType, type SignatureAlgorithm, signatureAlgorithms } from '@sessionward/protocol'
import { type GivenKeys, readGivenKeys } from './keys/given-keys.js'
import type { KeyOptions } from './keys/open-keys.js'
import type { RevocationSource } from './revocation/source.js'
import { Subscriber } from './revocation/subscriber.js'
import { type Route, readStaleness, type Staleness } from './route.js'
import { normalType } from './token/header.js'

export interface GuardOptions {
  /** `iss` of the tokens to accept, compared exactly. With no `keys` it is also where the keys are found. */
  readonly issuer: string
  /** What this resource server is called in `aud`; any one of several is enough. */
  readonly audience: string | readonly string[]
  /**
   * Public keys, where they are not to be fetched: a JWKS, one JWK, a PEM public key, or a function that answers a JWKS
   * and is asked again every 30 seconds.
   */
  readonly keys?: GivenKeys
  /** Where the JWKS is. Default `<issuer>/.well-known/jwks.json`. */
  readonly jwksUri?: string
  /** Default `['ES256']`. A key serves one of them. */
  readonly algorithms?: readonly SignatureAlgorithm[]
  /** Accepted `typ`. Default `['at+jwt']`. */
  readonly types?: readonly string[]
  /** Seconds from `iat` to `exp` at most. Default 3600. */
  readonly maxLifetime?: number
  /** Seconds that clocks may differ. Default 5, at most 60. */
  readonly clockTolerance?: number
  /** The clock, in milliseconds since the epoch. Default `Date.now`. */
  readonly now?: () => number
  /** Default the runtime's own. */
  readonly fetch?: typeof globalThis.fetch
  /**
   * Where revocations are learnt: over HTTP with the credential that the auth server knows this guard by, or from a source
   * in the same process. Without it a revoked session ends with its access token.
   */
  readonly feed?: FeedOptions | RevocationSource
  /**
   * What happens when the feed was not heard for `after` seconds: `allow` lets verified tokens pass, `deny` answers 503.
   * Default `{ after: 30, then: 'allow' }`. A route may say otherwise.
   */
  readonly staleness?: Partial<Staleness>
  /** How many verified tokens are remembered at most. Default 1000; 0 remembers none. */
  readonly cacheSize?: number
}

export interface FeedOptions {
  /** One of the auth server's `secrets.guards`: visible ASCII, since it travels in a header. */
  readonly credential: string
  /** Default `/auth/revocations` at the issuer's origin; another where the auth server has another `basePath`. */
  readonly url?: string
}

/** {@link GuardOptions} after the door: complete and checked. */
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
  readonly cacheSize: number
}

const defaultStaleness: Staleness = { after: 30, then: 'allow' }

const names: ReadonlySet<string> = new Set<keyof GuardOptions>([
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
  'cacheSize',
])

/** @throws TypeError that names the option and what was expected */
export function readOptions(options: GuardOptions): GuardConfig {
  if (typeof options !== 'object' || options === null) throw expected('options', 'an object with issuer and audience')
  // A misspelt option would be a check that silently does not happen.
  for (const name of Object.keys(options))
    if (!names.has(name)) throw expected(name, 'left out: there is no such option')
  const { issuer, maxLifetime = 3600, clockTolerance = 5, cacheSize = 1000, now = Date.now } = options
  if (typeof issuer !== 'string' || issuer === '') throw expected('issuer', 'a string')
  if (!isWithin(maxLifetime, 1, 86_400)) throw expected('maxLifetime', 'seconds from 1 to 86400')
  if (!isWithin(clockTolerance, 0, 60)) throw expected('clockTolerance', 'seconds from 0 to 60')
  if (!Number.isSafeInteger(cacheSize) || cacheSize < 0) throw expected('cacheSize', 'a whole number, 0 or more')
  if (typeof now !== 'function') throw expected('now', 'a function that answers milliseconds')
  if (options.fetch !== undefined && typeof options.fetch !== 'function')
    throw expected('fetch', 'a function like fetch')
  const fetch: typeof globalThis.fetch = options.fetch ?? ((input, init) => globalThis.fetch(input, init))
  const allowed = readList('algorithms', options.algorithms ?? ['ES256'])
  if (!allowed.every((algorithm) => signatureAlgorithms.includes(algorithm))) {
    throw expected('algorithms', `some of ${signatureAlgorithms.join(', ')}`)
  }
  return {
    issuer,
    audiences: readList('audience', typeof options.audience === 'string' ? [options.audience] : options.audience),
    keys: readKeys(options, allowed, fetch),
    algorithms: allowed,
    types: readList('types', options.types ?? [accessTokenType]).map(normalType),
    maxLifetime,
    clockTolerance,
    now,
    feed: readFeed(options, fetch),
    staleness: readStaleness(options.staleness, defaultStaleness, options.feed !== undefined),
    cacheSize,
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
  if (jwksUri !== undefined) throw expected('jwksUri', 'left out where keys are given')
  if (!['string', 'object', 'function'].includes(typeof keys) || keys === null) {
    throw expected('keys', 'a JWKS, a JWK, a PEM public key or a function that answers a JWKS')
  }
  try {
    return { from: typeof keys === 'function' ? 'function' : 'given', read: readGivenKeys(keys, allowed) }
  } catch (cause) {
    throw new TypeError(`keys: ${(cause as Error).message}`, { cause })
  }
}

function readFeed({ feed, issuer }: GuardOptions, fetch: typeof globalThis.fetch): RevocationSource | undefined {
  if (feed === undefined) return undefined
  if (typeof feed !== 'object' || feed === null) throw expected('feed', 'an object with a credential, or a source')
  if ('subscribe' in feed) {
    if (typeof feed.subscribe !== 'function') throw expected('feed.subscribe', 'a function')
    return feed
  }
  for (const name of Object.keys(feed)) {
    if (name !== 'credential' && name !== 'url') throw expected(`feed.${name}`, 'left out: there is no such option')
  }
  // Visible ASCII: anything else would not survive as a header, or would end it early.
  if (typeof feed.credential !== 'string' || !/^[\x21-\x7e]+$/.test(feed.credential)) {
    throw expected('feed.credential', 'a text of visible ASCII characters')
  }
  const url = readUrl('feed.url', feed.url, originOf(issuer), '/auth/revocations')
  return new Subscriber({ credential: feed.credential, url, fetch })
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
      'an https URL (http only where the issuer is http, or on loopback)',
    )
  }
  return url
}

/** The endpoints of the auth server stand at its origin, whatever path its issuer has. */
function originOf(issuer: string): string {
  return URL.canParse(issuer) ? new URL(issuer).origin : issuer
}

function isTrustworthy({ protocol, hostname, username, password }: URL, issuer: string): boolean {
  if (username !== '' || password !== '') return false
  if (protocol === 'https:') return true
  return protocol === 'http:' && (issuer.startsWith('http:') || ['localhost', '127.0.0.1', '[::1]'].includes(hostname))
}

function readList<T extends string>(name: string, list: readonly T[]): readonly T[] {
  if (!Array.isArray(list) || list.length === 0 || !list.every((item) => typeof item === 'string' && item !== '')) {
    throw expected(name, 'a text or a list of texts, none of them empty')
  }
  return Object.freeze([...list])
}

function isWithin(value: unknown, least: number, most: number): boolean {
  return typeof value === 'number' && value >= least && value <= most
}

function expected(option: string, what: string): TypeError {
  return new TypeError(`${option}: must be ${what}`)
}
