import {
  clientIdInCookieName,
  type RefreshCookieScheme,
  readCookies,
  refreshCookieName,
  sessionHeader,
} from '@sessionward/protocol'
import { AnswerError } from '../../answer-error.js'
import { parseRefreshToken } from '../../session/refresh-token.js'
import type { Session } from '../../session/session.js'
import type { SessionService } from '../../session-service.js'
import { type Candidate, chooseCookie, isVerified, type PresentedCookie, type Verified } from '../choose-cookie.js'
import type { HeaderReader } from '../http-request.js'
import { requireListedOrigin } from '../same-origin.js'
import type { AccessCookie } from './access-cookie.js'
import type { PresentedRefreshToken, RefreshTokenTransport } from './transport.js'

export interface CookieTransportParts {
  readonly scheme: RefreshCookieScheme
  readonly origins: ReadonlySet<string>
  readonly sessions: Pick<SessionService, 'inspect' | 'end'>
  /** Set and cleared together with the refresh cookie. */
  readonly access: AccessCookie
}

/** Maximum number of refresh cookies that are verified in a request. More suggest cookie stuffing. */
const maxCookies = 8

/** The refresh token in an HttpOnly cookie. */
export function cookieTransport({ scheme, origins, sessions, access }: CookieTransportParts): RefreshTokenTransport {
  const admit = (headers: HeaderReader) => requireListedOrigin(headers, origins)

  async function find(
    headers: HeaderReader,
    admit: (headers: HeaderReader) => void,
  ): Promise<PresentedRefreshToken | null> {
    const named = headers.get(sessionHeader)
    const cookies = candidateCookies(presentedCookies(headers, scheme), named)
    const [first] = cookies
    if (!first) {
      if (named === null) return null
      throw new AnswerError('refresh_token_missing')
    }
    admit(headers)
    // A single cookie needs no choice: the refresh itself verifies it.
    if (cookies.length === 1 && (named === null || first.sid === named)) return toPresented(first, named, [])
    const choice = chooseCookie(await Promise.all(cookies.map(inspectCookie)), named)
    return (
      choice &&
      toPresented(
        choice.chosen.cookie,
        named,
        choice.earlier.filter((one) => mayReplace(choice.chosen, one)),
      )
    )
  }

  /**
   * On plain http there is no `__Host-` prefix, so a neighbouring host can plant a cookie. Therefore a cookie never replaces another
   * person's there.
   */
  function mayReplace(chosen: Candidate, { found: { session } }: Verified): boolean {
    if (scheme.secure) return true
    if (!isVerified(chosen)) return false
    const { tenant, subject } = chosen.found.session
    return tenant === session.tenant && subject === session.subject
  }

  function toPresented(
    cookie: PresentedCookie,
    named: string | null,
    earlier: readonly Verified[],
  ): PresentedRefreshToken {
    const { token, clientId } = cookie
    return {
      token,
      clientId,
      transport: 'cookie',
      named: named !== null,
      clear: [clearCookie(scheme, cookie), ...access.clear],
      clearEarlier: earlier.map((one) => clearCookie(scheme, one.cookie)),
      earlier: earlier.filter(endsWithoutProof).map(({ cookie }) => cookie.sid),
    }
  }

  /** A cookie with an unknown key must not prevent the use of the others. */
  async function inspectCookie(cookie: PresentedCookie): Promise<Candidate> {
    const { token, clientId } = cookie
    try {
      return { cookie, found: await sessions.inspect({ token, clientId, transport: 'cookie' }) }
    } catch (error) {
      if (error instanceof AnswerError) return { cookie, found: 'unknown key' }
      throw error
    }
  }

  /** The verified cookies of a client. */
  async function verifiedCookies(headers: Pick<Headers, 'get'>, clientId: string): Promise<readonly Verified[]> {
    const own = presentedCookies(headers, scheme).filter((one) => one.clientId === clientId)
    return (await Promise.all(own.slice(-maxCookies).map(inspectCookie))).filter(isVerified)
  }

  return {
    admit,
    read: (headers) => find(headers, admit),
    readVisit: (headers) => find(headers, () => {}),
    readNamed(headers) {
      const named = headers.get(sessionHeader)
      const meant = presentedCookies(headers, scheme).findLast(({ sid }) => sid === named)
      if (!meant) return null
      admit(headers)
      return toPresented(meant, named, [])
    },
    write({ session, answer, next }) {
      const { refreshToken, ...rest } = answer
      // `rotate: false` is for servers, whose answer must not set the browser's cookies.
      if (next === 'none') return { answer: rest, setCookies: [] }
      // An unchanged cookie keeps the Max-Age of the sign-in.
      const cookies = next === 'new' ? [setCookie(scheme, session, refreshToken!, answer.refreshExpiresIn)] : []
      return { answer: rest, setCookies: [...cookies, ...access.set(answer.accessToken)] }
    },
    async earlier(headers, clientId) {
      return (await verifiedCookies(headers, clientId)).filter(endsWithoutProof).map(({ cookie }) => cookie.sid)
    },
    async replaceEarlier(headers, { id, clientId }) {
      const cleared: string[] = []
      for (const one of await verifiedCookies(headers, clientId)) {
        const { cookie } = one
        if (cookie.sid === id) continue
        // A bound session ends only with a proof by its key, but its cookie is cleared anyway.
        if (endsWithoutProof(one)) await sessions.end(cookie.sid, 'session_replaced')
        cleared.push(clearCookie(scheme, cookie))
      }
      return cleared
    },
  }
}

function endsWithoutProof({ found }: Verified): boolean {
  return found.active && !found.session.binding
}

/** The cookies of all clients whose names fit their tokens, unverified. */
function presentedCookies(headers: Pick<Headers, 'get'>, scheme: RefreshCookieScheme): readonly PresentedCookie[] {
  return readCookies(headers.get('Cookie')).flatMap(([name, token]) => {
    const sid = parseRefreshToken(token)?.sid
    const clientId = sid === undefined ? undefined : clientIdInCookieName(scheme, name, sid)
    return sid === undefined || clientId === undefined ? [] : [{ name, token, sid, clientId }]
  })
}

/**
 * The cookies to verify: that of the named session, and the last of the others. A browser sends longer paths before shorter ones, and
 * then the oldest first (RFC 6265 section 5.4); our cookies have the shortest path.
 */
function candidateCookies(cookies: readonly PresentedCookie[], named: string | null): readonly PresentedCookie[] {
  const meant = cookies.findLast(({ sid }) => sid === named)
  if (!meant) return cookies.slice(-maxCookies)
  return [...cookies.filter(({ sid }) => sid !== named).slice(1 - maxCookies), meant]
}

/** Set-Cookie for a refresh token (RFC 6265 section 4.1). Without `remember` it has no Max-Age and ends with the browser. */
function setCookie(scheme: RefreshCookieScheme, session: Session, token: string, maxAge: number): string {
  const name = refreshCookieName(scheme, session.clientId, session.id)
  const age = session.remember ? `; Max-Age=${maxAge}` : ''
  return `${name}=${token}${attributes(scheme)}${age}`
}

function clearCookie(scheme: RefreshCookieScheme, { name }: PresentedCookie): string {
  return `${name}=${attributes(scheme)}; Max-Age=0`
}

function attributes(scheme: RefreshCookieScheme): string {
  return `; Path=/${scheme.secure ? '; Secure' : ''}; HttpOnly; SameSite=Lax`
}
