import type { Logger } from '@sessionward/protocol'
import { AnswerError } from '../answer-error.js'
import { isOrigin } from '../config/origins.js'
import type { Answer } from './answer.js'
import type { HeaderReader } from './http-request.js'

/**
 * Refuses a request from a page whose origin is not allowed. For requests that a cookie authenticates, or whose answer sets one.
 *
 * `Sec-Fetch-Site: same-origin` passes. With `same-site`, `cross-site`, `none` or no such header (plain http, older browsers) the
 * `Origin` must be listed (Fetch Metadata; OWASP CSRF cheat sheet).
 */
export function requireListedOrigin(headers: HeaderReader, origins: ReadonlySet<string>): void {
  if (headers.get('Sec-Fetch-Site') === 'same-origin') return
  const origin = headers.get('Origin')
  if (origin === null) {
    throw new AnswerError(
      'origin_refused',
      'the request has no Origin header: only pages can use the cookie; other clients must use transport "body"',
    )
  }
  if (!origins.has(origin)) {
    throw new AnswerError('origin_refused', 'the origin of this page is not in the option origins of the auth server')
  }
}

/** Maximum number of origins that are logged, each once, because anyone can send requests with any origin. */
const maxWarnedOrigins = 10
const maxOriginLength = 200

/**
 * Logs origins that are refused because `origins` does not list them. Browsers hide the reason from the page, so the log is the only
 * place where the operator can see it.
 */
export function createOriginWarning(logger: Logger, origins: ReadonlySet<string>): (headers: HeaderReader) => void {
  const warned = new Set<string>()
  return (headers) => {
    const origin = headers.get('Origin')
    if (origin === null || origins.has(origin) || headers.get('Sec-Fetch-Site') === 'same-origin') return
    if (warned.has(origin) || warned.size >= maxWarnedOrigins) return
    // The header is untrusted: only a valid origin is logged.
    if (origin.length > maxOriginLength || !isOrigin(origin)) return
    warned.add(origin)
    logger.warn(`a page at ${origin} was refused: add it to the option origins if it is yours`)
  }
}

const allowedMethods = 'GET, POST, DELETE'
const allowedHeaders = 'Authorization, Content-Type, DPoP, Sessionward-Session'
/** A list of field names (RFC 9110 section 5.1), as a browser sends it. */
const fieldNames = /^[\w!#$%&'*+.^`|~-]+(?:[ \t]*,[ \t]*[\w!#$%&'*+.^`|~-]+)*$/
const maxFieldNamesLength = 1024
const exposedHeaders = 'DPoP-Nonce, WWW-Authenticate, Retry-After'

/** CORS headers for a page of a listed origin; none for any other, and never a wildcard (Fetch section 3.3). */
export function corsHeaders(origin: string | null, origins: ReadonlySet<string>): Answer['headers'] {
  if (origin === null || !origins.has(origin)) return { Vary: 'Origin' }
  return {
    Vary: 'Origin',
    'Access-Control-Allow-Origin': origin,
    'Access-Control-Allow-Credentials': 'true',
    'Access-Control-Expose-Headers': exposedHeaders,
  }
}

/**
 * The answer to a preflight (Fetch section 4.8). A page of a listed origin may send any headers, because monitoring scripts add
 * `traceparent`, `baggage` and others to every request.
 */
export function preflight(headers: HeaderReader, origins: ReadonlySet<string>): Answer {
  const origin = headers.get('Origin')
  const listed = origin !== null && origins.has(origin)
  const allowed = listed
    ? {
        'Access-Control-Allow-Methods': allowedMethods,
        'Access-Control-Allow-Headers': requestedHeaders(headers) ?? allowedHeaders,
        'Access-Control-Max-Age': '600',
      }
    : {}
  const vary = { Vary: 'Origin, Access-Control-Request-Headers' }
  return { status: 204, headers: { ...allowed, ...vary }, setCookies: [], body: null }
}

function requestedHeaders(headers: HeaderReader): string | undefined {
  const requested = headers.get('Access-Control-Request-Headers')
  // The length is checked first, because it bounds the cost of the pattern.
  if (!requested || requested.length > maxFieldNamesLength || !fieldNames.test(requested)) return undefined
  return requested
}
