/**
 * Names of the cookies that carry refresh tokens.
 *
 * `__Host-Http-sessionward.<client id>.<start of the sid>`: the prefix makes a browser insist on Secure, Path=/, no
 * Domain and, where it knows the newer half, HttpOnly (RFC 6265bis section 4.1.3). The tag keeps a late Set-Cookie or
 * clear of one session away from the cookie of another. On plain http the prefix cannot be used.
 *
 * A cookie counts only if its name is exactly the one that its own token gives: a name that merely resembles it may have
 * been set by a page of a sibling domain, for which browsers do not enforce the prefix.
 */
export interface RefreshCookieScheme {
  /** First part of the name. Cookies ignore ports, so two auth servers on one host need two names. Default `sessionward`. */
  readonly base: string
  /** Whether the auth server is reached over https. */
  readonly secure: boolean
}

const sidCharacters = 8

/** Name of the cookie that carries the refresh token of session `sid`. */
export function refreshCookieName(scheme: RefreshCookieScheme, clientId: string, sid: string): string {
  return prefixOf(scheme) + clientId + suffixOf(sid)
}

/**
 * The client id in the name of the refresh cookie of session `sid`.
 *
 * @returns undefined if the name is not that of a cookie of this session
 */
export function clientIdInCookieName(scheme: RefreshCookieScheme, name: string, sid: string): string | undefined {
  const [prefix, suffix] = [prefixOf(scheme), suffixOf(sid)]
  if (!name.startsWith(prefix) || !name.endsWith(suffix)) return undefined
  const clientId = name.slice(prefix.length, -suffix.length)
  return /^[A-Za-z0-9_-]{1,32}$/.test(clientId) ? clientId : undefined
}

function prefixOf({ base, secure }: RefreshCookieScheme): string {
  return `${secure ? '__Host-Http-' : ''}${base}.`
}

function suffixOf(sid: string): string {
  return `.${sid.slice(0, sidCharacters)}`
}

/**
 * Name and value of every cookie in a `Cookie` header, in its order. A name may come twice.
 *
 * Only spaces and tabs are trimmed, as browsers do (RFC 6265bis section 5.6). `trim()` would also take a no-break space
 * away, and turn a name that a browser does not protect into one that it does.
 */
export function readCookies(header: string | null | undefined): readonly (readonly [name: string, value: string])[] {
  if (!header) return []
  return header.split(';').flatMap((pair) => {
    const equals = pair.indexOf('=')
    return equals < 0 ? [] : [[trimBlanks(pair.slice(0, equals)), trimBlanks(pair.slice(equals + 1))] as const]
  })
}

function trimBlanks(text: string): string {
  let [start, end] = [0, text.length]
  while (start < end && isBlank(text[start])) start++
  while (end > start && isBlank(text[end - 1])) end--
  return text.slice(start, end)
}

function isBlank(character: string | undefined): boolean {
  return character === ' ' || character === '\t'
}

/** Request header with the session that a client means, because a browser may have the cookies of several sessions. */
export const sessionHeader = 'Sessionward-Session'

/**
 * Default name of the access cookie of pages. With https and no domain it has a prefix that no other host can write (RFC
 * 6265bis section 4.1.3): otherwise a sibling domain could sign visitors in as somebody else.
 */
export function accessCookieName(secure: boolean, domain: string | undefined): string {
  return secure && domain === undefined ? '__Host-access_token' : 'access_token'
}
