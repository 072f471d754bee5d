import type { AccessTokenClaims } from '@sessionward/protocol'
import { GuardError, invalidToken } from '../challenge.js'
import { type GuardRequest, headerOf, type RequestHeaders } from '../credentials.js'
import { findToken, type TokenSource } from '../token-source.js'

export type { GuardRequest } from '../credentials.js'

/**
 * What a request proves about its caller. So far that is only possession of the token. A DPoP proof, which covers method and
 * URL (RFC 9449 section 4.3), will be a second scheme.
 */
export interface Evidence {
  readonly scheme: 'bearer'
  readonly token: string
}

/**
 * @param origins origins whose pages may send requests that change something with a cookie
 * @throws TypeError that names what was expected of the request
 * @throws GuardError for credentials that are missing or malformed, or `origin_refused`
 */
export function readEvidence(
  request: GuardRequest,
  sources: readonly TokenSource[],
  origins: readonly string[],
): Evidence {
  const { token, source } = findToken(request, sources)
  if (source.ambient && mayChangeSomething(request) && !isFromOwnPage(request.headers, origins)) {
    throw new GuardError('origin_refused', { detail: `The token in ${source.place} ${originRule}` })
  }
  return bearerEvidence(token)
}

const originRule =
  'counts only for requests of the same origin (Sec-Fetch-Site) or of an Origin that the option origins of this guard lists.'

/** Opening a WebSocket is a GET whose answer any page may read (RFC 6455 section 10.2), so it counts as well. */
function mayChangeSomething({ method, headers }: GuardRequest): boolean {
  if (method !== 'GET' && method !== 'HEAD' && method !== 'OPTIONS') return true
  return headerOf(headers, 'upgrade') !== undefined
}

function isFromOwnPage(headers: RequestHeaders, origins: readonly string[]): boolean {
  if (headerOf(headers, 'sec-fetch-site') === 'same-origin') return true
  const origin = headerOf(headers, 'origin')
  return origin !== undefined && origins.includes(origin)
}

/**
 * Whether the request is a CORS preflight (Fetch standard). Preflights are checked like every other request: handlers may run
 * for every method, and any client can send these two headers.
 */
export function isPreflight({ method, headers }: GuardRequest): boolean {
  if (method !== 'OPTIONS') return false
  return headerOf(headers, 'origin') !== undefined && headerOf(headers, 'access-control-request-method') !== undefined
}

/** The evidence of a token without a request. */
export function bearerEvidence(token: string): Evidence {
  return { scheme: 'bearer', token }
}

/** @throws TypeError that names what was expected */
export function checkRequest(request: GuardRequest): void {
  if (typeof request !== 'object' || request === null || !('headers' in request)) {
    throw new TypeError('request: must be an object with method, url and headers, such as a Request')
  }
  checkString('method', request.method)
  checkString('url', request.url)
}

function checkString(name: string, value: unknown): void {
  if (typeof value !== 'string' || value === '') throw new TypeError(`request.${name}: must be a non-empty string`)
}

/**
 * Checks that the evidence is as strong as the token requires. Runs for cached tokens too, because each request has its own
 * evidence.
 *
 * @throws GuardError `access_token_invalid`
 */
export function checkBinding(claims: AccessTokenClaims, { scheme }: Evidence): void {
  // Accepting a bound token as Bearer would defeat the binding (RFC 9449 section 7.2).
  if (scheme === 'bearer' && Object.hasOwn(claims, 'cnf')) {
    throw invalidToken('The token is bound to a key and cannot be used as a Bearer token.')
  }
}
