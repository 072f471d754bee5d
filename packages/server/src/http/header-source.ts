/** The headers of a browser's request: a web-standard `Headers`, or a plain object such as Node's `req.headers`. */
export type RequestHeaders = Pick<Headers, 'get'> | Readonly<Record<string, string | readonly string[] | undefined>>

/**
 * Reads the `Cookie` header of either kind.
 *
 * @throws TypeError that says what was expected.
 */
export function cookieSource(headers: RequestHeaders): Pick<Headers, 'get'> {
  if (typeof headers !== 'object' || headers === null || Array.isArray(headers)) {
    throw new TypeError("headers must be the browser request's: a Headers object, or a plain one such as req.headers")
  }
  if (isHeaders(headers)) return headers
  const values = Object.entries(headers).flatMap(([name, value]) => (/^cookie$/i.test(name) && value ? value : []))
  // HTTP/2 may split the header (RFC 9113 section 8.2.3).
  return { get: (name) => (/^cookie$/i.test(name) && values.length > 0 ? values.join('; ') : null) }
}

function isHeaders(headers: RequestHeaders): headers is Pick<Headers, 'get'> {
  return typeof headers.get === 'function'
}
