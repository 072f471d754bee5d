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
import type { Presented, RefreshTokenTransport } from './transport.js'

export interface CookieTransportParts {
  readonly scheme: RefreshCookieScheme
  readonly origins: ReadonlySet<string>
  readonly sessions: Pick<SessionService, 'inspect' | 'end'>
  /** Goes where the refresh cookie goes. */
  readonly access: AccessCookie
}

/** How many refresh cookies of one request are verified. A browser that holds more has been stuffed. */
const maximum = 8

/** The refresh token in a cookie that no script can read. */
export function cookieTransport({ scheme, origins, sessions, access }: CookieTransportParts): RefreshTokenTransport {
  const admit = (headers: HeaderReader) => requireListedOrigin(headers, origins)

  async function find(headers: HeaderReader, admit: (headers: HeaderReader) => void): Promise<Presented | null> {
    const named = headers.get(sessionHeader)
    const cookies = candidates(presentedCookies(headers, scheme), named)
    const [first] = cookies
    if (!first) {
      if (named === null) return null
      throw new AnswerError('refresh_token_missing')
    }
    admit(headers)
    // One cookie that nothing contradicts: the refresh itself verifies it.
    if (cookies.length === 1 && (named === null || first.sid === named)) return present(first, named, [])
    const choice = chooseCookie(await Promise.all(cookies.map(inspected)), named)
    return (
      choice &&
      present(
        choice.meant.cookie,
        named,
        choice.earlier.filter((one) => mayReplace(choice.meant, one)),
      )
    )
  }

  /**
   * On plain http the name of a cookie protects nothing: a neighbouring host can plant one. So there a cookie never takes the
   * place of another person's.
   */
  function mayReplace(meant: Candidate, { found: { session } }: Verified): boolean {
    if (scheme.secure) return true
    if (!isVerified(meant)) return false
    const { tenant, subject } = meant.found.session
    return tenant === session.tenant && subject === session.subject
  }

  function present(cookie: PresentedCookie, named: string | null, earlier: readonly Verified[]): Presented {
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

  /** A cookie whose key this node does not know must not stand in the way of the others. */
  async function inspected(cookie: PresentedCookie): Promise<Candidate> {
    const { token, clientId } = cookie
    try {
      return { cookie, found: await sessions.inspect({ token, clientId, transport: 'cookie' }) }
    } catch (error) {
      if (error instanceof AnswerError) return { cookie, found: 'unknown key' }
      throw error
    }
  }

  /** Those of a client, with the sessions of their tokens. */
  async function verified(headers: Pick<Headers, 'get'>, clientId: string): Promise<readonly Verified[]> {
    const own = presentedCookies(headers, scheme).filter((one) => one.clientId === clientId)
    return (await Promise.all(own.slice(-maximum).map(inspected))).filter(isVerified)
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
      return present(meant, named, [])
    },
    write({ session, answer, next }) {
      const { refreshToken, ...rest } = answer
      // Whoever asked for no next token is not the browser.
      if (next === 'none') return { answer: rest, setCookies: [] }
      // A cookie that stays the same keeps the age that it got at the sign-in.
      const cookies = next === 'new' ? [setCookie(scheme, session, refreshToken!, answer.refreshExpiresIn)] : []
      return { answer: rest, setCookies: [...cookies, ...access.set(answer.accessToken)] }
    },
    async earlier(headers, clientId) {
      return (await verified(headers, clientId)).filter(endsWithoutProof).map(({ cookie }) => cookie.sid)
    },
    async replaceEarlier(headers, { id, clientId }) {
      const cleared: string[] = []
      for (const one of await verified(headers, clientId)) {
        const { cookie } = one
        if (cookie.sid === id) continue
        // A bound session ends only on a proof by its key; its cookie goes all the same.
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

/** The cookies whose names fit their tokens, of every client. None of them is verified. */
function presentedCookies(headers: Pick<Headers, 'get'>, scheme: RefreshCookieScheme): readonly PresentedCookie[] {
  return readCookies(headers.get('Cookie')).flatMap(([name, token]) => {
    const sid = parseRefreshToken(token)?.sid
    const clientId = sid === undefined ? undefined : clientIdInCookieName(scheme, name, sid)
    return sid === undefined || clientId === undefined ? [] : [{ name, token, sid, clientId }]
  })
}

/**
 * The cookies to verify: the one of the session that is named, and the last ones beside it. A browser sends the oldest
 * first, and longer paths before shorter ones (RFC 6265 section 5.4); ours have the shortest path.
 */
function candidates(cookies: readonly PresentedCookie[], named: string | null): readonly PresentedCookie[] {
  const meant = cookies.findLast(({ sid }) => sid === named)
  if (!meant) return cookies.slice(-maximum)
  return [...cookies.filter(({ sid }) => sid !== named).slice(1 - maximum), meant]
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
