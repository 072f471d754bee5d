import { AnswerError } from '../answer-error.js'
import type { Answer } from './answer.js'

/**
 * Refuses a request of a page that may not use this server, where a cookie authenticates the request or the answer sets one.
 *
 * `Sec-Fetch-Site: same-origin` passes. `same-site`, `cross-site`, `none` or no such header (plain http, older browsers)
 * passes only with an `Origin` of the list (Fetch Metadata; OWASP CSRF cheat sheet).
 */
export function requireListedOrigin(headers: Headers, origins: ReadonlySet<string>): void {
  if (headers.get('Sec-Fetch-Site') === 'same-origin') return
  const origin = headers.get('Origin')
  if (origin === null) {
    throw new AnswerError(
      'origin_refused',
      'it has no Origin: with a cookie only pages may do that; other clients ask for transport "body"',
    )
  }
  if (!origins.has(origin)) {
    throw new AnswerError('origin_refused', 'the Origin of this page is not in the list of origins')
  }
}

const allowedMethods = 'GET, POST, DELETE'
const allowedHeaders = 'Authorization, Content-Type, DPoP, Sessionward-Session'
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

/** The answer to a preflight (Fetch section 4.8). */
export function preflight(origin: string | null, origins: ReadonlySet<string>): Answer {
  const listed = origin !== null && origins.has(origin)
  const headers = listed
    ? {
        'Access-Control-Allow-Methods': allowedMethods,
        'Access-Control-Allow-Headers': allowedHeaders,
        'Access-Control-Max-Age': '600',
      }
    : {}
  return { status: 204, headers, setCookies: [], body: null }
}
