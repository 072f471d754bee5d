import type { RequestHeaders } from '@sessionward/guard'

/**
 * Reads the `Cookie` header of a browser's request, from `Headers` or from a plain object such as Node's `req.headers`.
 *
 * @throws TypeError that says what was expected.
 */
export function readCookieHeader(headers: RequestHeaders): Pick<Headers, 'get'> {
  if (typeof headers !== 'object' || headers === null || Array.isArray(headers)) {
    throw new TypeError(
      "headers must be those of the browser's request: a Headers object, or a plain object such as req.headers",
    )
  }
  const cookie = isHeaders(headers) ? headers.get('Cookie') : valuesOf(headers).join('; ')
  return { get: (name) => (name === 'Cookie' && cookie ? cookie : null) }
}

/** HTTP/2 may split the header, and `; ` joins its parts (RFC 9113 section 8.2.3). */
function valuesOf(headers: Exclude<RequestHeaders, { get: unknown }>): readonly string[] {
  return Object.entries(headers).flatMap(([name, value]) => (name.toLowerCase() === 'cookie' && value ? value : []))
}

function isHeaders(headers: RequestHeaders): headers is Extract<RequestHeaders, { get: unknown }> {
  return typeof headers.get === 'function'
}
