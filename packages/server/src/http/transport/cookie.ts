import { type RefreshCookieScheme, readCookies, refreshCookieName, refreshCookiePrefix } from '@sessionward/protocol'
import type { Session } from '../../session/session.js'

/** A refresh token that came in a cookie. */
export interface PresentedCookie {
  readonly name: string
  readonly token: string
}

/** How many refresh cookies of one request are looked at; a browser that holds more has been stuffed. */
const most = 8

/** The refresh cookies of a request, of every client of this auth server. */
export function presentedCookies(headers: Headers, scheme: RefreshCookieScheme): readonly PresentedCookie[] {
  const prefix = refreshCookiePrefix(scheme)
  return readCookies(headers.get('Cookie'))
    .filter(([name]) => name.startsWith(prefix))
    .slice(0, most)
    .map(([name, token]) => ({ name, token }))
}

/**
 * Set-Cookie for a refresh token (RFC 6265 section 4.1). Without `remember` it has no Max-Age, and dies with the browser.
 */
export function setCookie(scheme: RefreshCookieScheme, session: Session, token: string, maxAge: number): string {
  const name = refreshCookieName(scheme, session.clientId, session.id)
  const age = session.remember ? `; Max-Age=${maxAge}` : ''
  return `${name}=${token}${attributes(scheme)}${age}`
}

export function clearCookie(scheme: RefreshCookieScheme, name: string): string {
  return `${name}=${attributes(scheme)}; Max-Age=0`
}

function attributes(scheme: RefreshCookieScheme): string {
  return `; Path=/${scheme.secure ? '; Secure' : ''}; HttpOnly; SameSite=Lax`
}
