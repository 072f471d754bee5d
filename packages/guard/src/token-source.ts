import { readCookies } from '@sessionward/protocol'
import { GuardError } from './challenge.js'
import { type GuardRequest, headerOf, readBearerToken } from './credentials.js'

/**
 * Where a request may carry its access token: `bearer()`, `header(name)`, `cookie(name)`, or `query(name)` for a migration. A
 * request with tokens in two of the listed places is a bad request (RFC 6750 section 2), except that a token in a header takes
 * precedence over a cookie.
 */
export interface TokenSource {
  /** For messages, such as `the cookie access_token`. Never contains a token. */
  readonly place: string
  /**
   * Whether a browser sends the token by itself, so that a page of another site could use it: a request that may change
   * something must then come from the same origin, or from one of the guard's `origins`.
   */
  readonly ambient?: boolean
  /**
   * Whether a link on another site can supply a token of its own choice. A request with such a token and an ambient one is a
   * bad request.
   */
  readonly linkable?: boolean
  /**
   * The token, or undefined if there is none in this place.
   *
   * @throws GuardError `invalid_request` for two
   */
  read(request: GuardRequest): string | undefined
  /** Logged once by a guard that uses the source. */
  readonly warning?: string
  /** The request without its token, for `onRefused`, where the token is in what people log. */
  redact?(request: GuardRequest): GuardRequest
}

/** `Authorization: Bearer <token>` (RFC 6750 section 2.1). The default. No other site can make a browser send it. */
export function bearer(): TokenSource {
  return { place: 'the Authorization header', read: ({ headers }) => readBearerToken(headers) }
}

/**
 * A header that contains the token and nothing else, such as `header('accessToken')`, for clients that cannot be changed.
 * Names of headers do not depend on case.
 *
 * @throws TypeError for a name that no header has
 */
export function header(name: string): TokenSource {
  const lower = checkName('header', name).toLowerCase()
  if (lower === 'authorization') throw new TypeError("header: for 'Authorization' write bearer()")
  if (lower === 'cookie') throw new TypeError("header: for a cookie write cookie('access_token')")
  const place = `the header ${name}`
  return {
    place,
    read({ headers }) {
      const value = headerOf(headers, lower)?.trim()
      // Two headers arrive as one with a comma, which no token contains.
      if (value?.includes(',')) throw duplicateToken(place)
      return value || undefined
    },
  }
}

/**
 * A cookie, such as `cookie('access_token')`, for page visits, images and downloads, which have no header of yours. Its name
 * is compared exactly. Two cookies of the name are a bad request, because nothing tells which one is the site's own: prefer a
 * name with `__Host-`, which no sibling domain can set.
 *
 * A request other than GET, HEAD or OPTIONS, and the opening of a WebSocket, must come from the same origin
 * (`Sec-Fetch-Site: same-origin`) or have an `Origin` that the guard's option `origins` lists; otherwise it is refused with
 * `origin_refused`.
 *
 * @throws TypeError for a name that no cookie has
 */
export function cookie(name: string): TokenSource {
  checkName('cookie', name)
  const place = `the cookie ${name}`
  return {
    place,
    ambient: true,
    read({ headers }) {
      const line = headerOf(headers, 'cookie')
      if (!line?.includes(name)) return undefined
      const values = readCookies(line).filter(([one]) => one === name)
      if (values.length > 1) throw duplicateToken(place)
      return values[0]?.[1] || undefined
    },
  }
}

/**
 * A parameter of the query, such as `query('access_token')`: only while clients that write it there are being replaced. URLs end
 * up in logs, in the history of browsers and in `Referer` (RFC 9700 section 4.3.2), so the guard warns when it starts. It hides
 * the token from `onRefused`; from the log of the web server it cannot. For links and downloads use an access cookie.
 *
 * @throws TypeError for an empty name
 */
export function query(name: string): TokenSource {
  checkName('query', name)
  const place = `the query parameter ${name}`
  return {
    place,
    linkable: true,
    warning: `access tokens are accepted in ${place}, where logs keep them. Replace it: ${instead}`,
    read({ url }) {
      const values = splitUrl(url).parameters.getAll(name)
      if (values.length > 1) throw duplicateToken(place)
      return values[0] || undefined
    },
    redact({ method, url, headers }) {
      const { path, parameters } = splitUrl(url)
      parameters.delete(name)
      return { method, url: parameters.size > 0 ? `${path}?${parameters}` : path, headers }
    },
  }
}

const instead = 'for calls of a program write bearer(), for page visits and downloads an access cookie, cookie(name).'

/** Without `new URL`, which throws for targets that a client may send, such as `*` (RFC 9112 section 3.2.4). */
export function splitUrl(url: string): { path: string; parameters: URLSearchParams } {
  const [target = ''] = url.split('#', 1)
  const [path = ''] = target.split('?', 1)
  return { path, parameters: new URLSearchParams(target.slice(path.length)) }
}

interface FoundToken {
  readonly token: string
  readonly source: TokenSource
}

/**
 * Finds the one token of a request, and its source. Browsers add cookies to every request, so a token in a header takes
 * precedence: no other site can make a page send it. With a token in the query, which a link on another site can choose, a
 * cookie makes the request ambiguous.
 *
 * @throws GuardError `access_token_missing`, or `invalid_request` for more than one
 */
export function findToken(request: GuardRequest, sources: readonly TokenSource[]): FoundToken {
  const sent = findAmong(request, sources, false)
  if (sent && !sent.source.linkable) return sent
  const ambient = findAmong(request, sources, true)
  if (sent && ambient) throw ambiguousToken(sent.source, ambient.source)
  const found = sent ?? ambient
  if (!found) throw new GuardError('access_token_missing')
  return found
}

function findAmong(request: GuardRequest, sources: readonly TokenSource[], ambient: boolean): FoundToken | undefined {
  let found: FoundToken | undefined
  for (const source of sources) {
    if ((source.ambient ?? false) !== ambient) continue
    const token = source.read(request)
    if (token === undefined) continue
    if (found) throw ambiguousToken(found.source, source)
    found = { token, source }
  }
  return found
}

/** @throws TypeError that says what a list of sources looks like */
export function readTokenSources(sources: readonly TokenSource[]): readonly TokenSource[] {
  const isSource = (source: TokenSource | null) =>
    typeof source?.read === 'function' && typeof source.place === 'string'
  if (!Array.isArray(sources) || sources.length === 0 || !sources.every(isSource)) {
    throw new TypeError("tokens: must be a list of token sources, such as [bearer(), cookie('access_token')]")
  }
  return Object.freeze([...sources])
}

/** A token of RFC 9110 section 5.6.2, of which the names of headers and cookies are made. */
function checkName(kind: string, name: string): string {
  if (typeof name !== 'string' || !/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name)) {
    throw new TypeError(`${kind}: must be given a name of letters, digits and -, such as ${kind}('access_token')`)
  }
  return name
}

function ambiguousToken(one: TokenSource, other: TokenSource): GuardError {
  const detail = `The request has an access token in ${one.place} and another in ${other.place}: send one.`
  return new GuardError('invalid_request', { detail })
}

function duplicateToken(place: string): GuardError {
  return new GuardError('invalid_request', { detail: `The request has two access tokens in ${place}.` })
}
