/**
 * Names of the cookies that carry refresh tokens.
 *
 * `__Host-Http-sessionward.<client id>.<start of the sid>`: the prefix makes a browser insist on Secure, Path=/, no
 * Domain and, where it knows the newer half, HttpOnly (RFC 6265bis section 4.1.3). The tag keeps a late Set-Cookie or
 * clear of one session away from the cookie of another. On plain http the prefix cannot be used.
 */
export interface RefreshCookieScheme {
  /** First part of the name. Cookies ignore ports, so two auth servers on one host need two names. Default `sessionward`. */
  readonly base: string
  /** Whether the auth server is reached over https. */
  readonly secure: boolean
}

const sidCharacters = 8

/** The start of the names of all refresh cookies, or of those of one client, with the dot that ends it. */
export function refreshCookiePrefix(scheme: RefreshCookieScheme, clientId?: string): string {
  const start = `${scheme.secure ? '__Host-Http-' : ''}${scheme.base}.`
  return clientId === undefined ? start : `${start}${clientId}.`
}

/** Name of the cookie that carries the refresh token of session `sid`. */
export function refreshCookieName(scheme: RefreshCookieScheme, clientId: string, sid: string): string {
  return refreshCookiePrefix(scheme, clientId) + sid.slice(0, sidCharacters)
}

/** Name and value of every cookie in a `Cookie` header, in its order (RFC 6265 section 5.4). A name may come twice. */
export function readCookies(header: string | null | undefined): readonly (readonly [name: string, value: string])[] {
  if (!header) return []
  return header.split(';').flatMap((pair) => {
    const equals = pair.indexOf('=')
    return equals < 0 ? [] : [[pair.slice(0, equals).trim(), pair.slice(equals + 1).trim()] as const]
  })
}

/** Header by which a client names the session that it means, where a browser may hold the cookies of several. */
export const sessionHeader = 'Sessionward-Session'
