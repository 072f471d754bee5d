import { GuardError } from './challenge.js'
import { type RequestHeaders, readBearerToken } from './credentials.js'
import { refuseUnknown } from './route.js'

/** Options of `downloadCookie`. */
export interface DownloadCookieOptions {
  /** Path of the files, such as `/files`: the browser sends the cookie there and nowhere else. */
  readonly path: string
  /** Default `download_token`: another name than that of an access cookie for pages. */
  readonly name?: string
  /** Seconds that the cookie lives, from 1 to 300. Default 60; the token in it may expire earlier. */
  readonly seconds?: number
  /** Whether the cookie needs https. Default true; false is for plain http on an intranet. */
  readonly secure?: boolean
}

/**
 * Value of a `Set-Cookie` with which links, images and `<a download>` reach files that need a token, without one in their
 * address. The page asks for it with an authenticated POST, for which the client refreshes an expired token; the route of the
 * files takes `tokens: [bearer(), cookie('download_token')]`.
 *
 * The cookie is HttpOnly and contains the access token of that request. It is SameSite=Lax: with Strict, a person who follows a
 * link to a file from a mail or another site would look signed out. Routes below `path` must not change anything by GET.
 *
 * @param headers of a request that the guard let pass with `Authorization: Bearer`
 * @throws TypeError that names the option
 * @throws GuardError `access_token_missing` if the request has no Bearer token
 */
export function downloadCookie(headers: RequestHeaders, options: DownloadCookieOptions): string {
  if (typeof options !== 'object' || options === null) throw new TypeError('options: must be an object with path')
  refuseUnknown(options, ['path', 'name', 'seconds', 'secure'])
  const { path, name = 'download_token', seconds = 60, secure = true } = options
  if (typeof path !== 'string' || !/^\/[^;,\s\p{Cc}]*$/u.test(path)) {
    throw new TypeError("path: must be the path of the files, such as '/files'")
  }
  if (typeof name !== 'string' || !/^[\w-]+$/.test(name))
    throw new TypeError('name: must consist of letters, digits, _ and -')
  if (!Number.isSafeInteger(seconds) || seconds < 1 || seconds > 300) {
    throw new TypeError('seconds: must be a whole number from 1 to 300')
  }
  if (typeof secure !== 'boolean') throw new TypeError('secure: must be true or false')
  const token = readBearerToken(headers)
  if (token === undefined) throw new GuardError('access_token_missing')
  // A token that a guard has verified is base64url and dots; anything else could add attributes to the cookie.
  if (!/^[\w.-]+$/.test(token)) throw new GuardError('access_token_invalid')
  return `${name}=${token}; Path=${path}; Max-Age=${seconds}; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`
}
