import { accessTokenType, isLoopback, type SignatureAlgorithm, signatureAlgorithms } from '@sessionward/protocol'
import { type ConfiguredKeys, readConfiguredKeys } from '../keys/configured-keys.js'
import type { KeyOptions } from '../keys/create-key-source.js'
import type { RevocationSource } from '../revocation/source.js'
import { RevocationSubscriber } from '../revocation/subscriber.js'
import { refuseUnknown } from '../route.js'
import { normalType } from '../token/header.js'
import type { JsonObject } from '../token/strict-json.js'
import type { Warnings } from '../warnings.js'

/** An issuer whose access tokens a guard accepts, and what they look like: its profile. */
export interface IssuerOptions {
  /** `iss` of the tokens to accept, compared exactly. Without `keys` and `jwksUri`, the keys are fetched from there. */
  readonly issuer: string
  /** The name of this resource server in `aud`. If there are several, one of them is enough. */
  readonly audience: string | readonly string[]
  /**
   * Public keys, instead of fetching them: a JWKS, one JWK, a PEM public key, or a function that returns a JWKS and is called
   * again every 30 seconds. A list of PEM public keys, for a rotation: each is known by its RFC 7638 thumbprint, which is the
   * `kid` that our auth server writes. Default: fetched from `jwksUri`.
   */
  readonly keys?: ConfiguredKeys
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
   * Where the guard gets revocations: over HTTP with one of the auth server's `secrets.guards`, or from a source in the same
   * process, such as `auth.revocations`. Default: none, and access tokens of a revoked session are accepted until they expire.
   */
  readonly feed?: FeedOptions | RevocationSource
  /**
   * For tokens of another product: the claims that it calls by other names, from the payload of a token whose signature is
   * valid. What it returns is set over the payload and then checked as usual: `sub`, `sid`, `client_id` and `jti` must be
   * non-empty strings, `scope` a string with spaces. Example: `({ azp, session_state }) => ({ client_id: azp, sid: session_state })`.
   * Default: the payload as it is.
   */
  readonly claims?: ClaimsMapping
}

/** From the payload of a token to claims under the names of RFC 9068. */
export type ClaimsMapping = (payload: JsonObject) => Readonly<Record<string, unknown>>

/** How a guard reads the revocation feed over HTTP. */
export interface FeedOptions {
  /** One of the auth server's `secrets.guards`: visible ASCII, because it is sent in a header. Undefined is refused with a message. */
  readonly credential: string | undefined
  /** URL of the feed. Default `/auth/revocations` at the issuer's origin; set it if the auth server has another `basePath`. */
  readonly url?: string
}

/** {@link IssuerOptions}, complete and checked. */
export interface IssuerConfig {
  readonly issuer: string
  readonly audiences: readonly string[]
  readonly keys: KeyOptions
  readonly algorithms: readonly SignatureAlgorithm[]
  readonly types: readonly string[]
  readonly maxLifetime: number
  readonly clockTolerance: number
  readonly claims: ClaimsMapping | undefined
  readonly now: () => number
  /** Reads nothing before the first subscription. */
  readonly feed: RevocationSource | undefined
  /** One instance for each issuer: the same subject may be warned about once for each. */
  readonly warnings: Warnings
}

/** Upper limit of the option `maxLifetime`, in seconds. */
export const maxAllowedLifetime = 86_400

export const issuerNames: readonly (keyof IssuerOptions)[] = [
  'issuer',
  'audience',
  'keys',
  'jwksUri',
  'algorithms',
  'types',
  'maxLifetime',
  'feed',
  'claims',
]

/** Settings of the guard that apply to all issuers. */
type Shared = Pick<IssuerConfig, 'clockTolerance' | 'now' | 'warnings'> & { readonly fetch: typeof globalThis.fetch }

/** @throws TypeError that names the option and what was expected */
export function readIssuer(options: IssuerOptions, { clockTolerance, now, warnings, fetch }: Shared): IssuerConfig {
  const { issuer, maxLifetime = 3600, claims } = options
  if (typeof issuer !== 'string' || issuer === '') throw expected('issuer', 'a non-empty string')
  if (!isWithin(maxLifetime, 1, maxAllowedLifetime)) {
    throw expected('maxLifetime', `a number of seconds from 1 to ${maxAllowedLifetime}`)
  }
  if (claims !== undefined && typeof claims !== 'function') throw expected('claims', 'a function (payload)')
  const allowed = readList('algorithms', options.algorithms ?? ['ES256'])
  if (!allowed.every((algorithm) => signatureAlgorithms.includes(algorithm))) {
    throw expected('algorithms', `a list of one or more of ${signatureAlgorithms.join(', ')}`)
  }
  return {
    issuer,
    audiences: readList('audience', typeof options.audience === 'string' ? [options.audience] : options.audience),
    keys: readKeys(options, allowed, fetch),
    algorithms: allowed,
    types: readList('types', options.types ?? [accessTokenType]).map(normalType),
    maxLifetime,
    clockTolerance,
    claims,
    now,
    feed: readFeed(options, fetch, warnings),
    warnings,
  }
}

function readKeys(
  { keys, jwksUri, issuer }: IssuerOptions,
  allowed: readonly SignatureAlgorithm[],
  fetch: typeof globalThis.fetch,
): KeyOptions {
  if (keys === undefined) {
    return { from: 'uri', uri: readUrl('jwksUri', jwksUri, issuer, '/.well-known/jwks.json'), fetch }
  }
  if (jwksUri !== undefined) throw expected('jwksUri', 'omitted when keys is given')
  if (!['string', 'object', 'function'].includes(typeof keys) || keys === null) {
    throw expected(
      'keys',
      'a JWKS, a JWK, a PEM public key, a list of PEM public keys or a function that returns a JWKS',
    )
  }
  try {
    return { from: typeof keys === 'function' ? 'function' : 'configured', read: readConfiguredKeys(keys, allowed) }
  } catch (cause) {
    throw new TypeError(`keys: ${(cause as Error).message}`, { cause })
  }
}

function readFeed(
  { feed, issuer }: IssuerOptions,
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
  // Other characters are not valid in a header value.
  if (typeof credential !== 'string' || !/^[\x21-\x7e]+$/.test(credential)) {
    throw expected('feed.credential', 'a string of visible ASCII characters')
  }
  const url = readUrl('feed.url', feed.url, originOf(issuer), '/auth/revocations')
  return new RevocationSubscriber({ credential, url, fetch, warnings })
}

/**
 * The configured URL, or one below the issuer. An issuer may have a path (RFC 8414 section 2). Plain http is accepted only on
 * loopback, and for an issuer that is plain http itself (an intranet): the keys of an https issuer must not travel unencrypted.
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
  return protocol === 'http:' && (issuer.startsWith('http:') || isLoopback(hostname))
}

function readList<T extends string>(name: string, list: readonly T[]): readonly T[] {
  if (!Array.isArray(list) || list.length === 0 || !list.every((item) => typeof item === 'string' && item !== '')) {
    throw expected(name, 'a non-empty string or a list of non-empty strings')
  }
  return Object.freeze([...list])
}

export function isWithin(value: unknown, minimum: number, maximum: number): boolean {
  return typeof value === 'number' && value >= minimum && value <= maximum
}

export function expected(option: string, what: string): TypeError {
  return new TypeError(`${option}: must be ${what}`)
}
