import { sessionHeader } from '@sessionward/protocol'
import { AnswerError } from '../answer-error.js'
import { parseRefreshToken } from '../session/refresh-token.js'
import type { Session } from '../session/session.js'
import type { HttpParts } from './route.js'
import { type PresentedCookie, presentedCookies } from './transport/cookie.js'

/**
 * Which of a browser's refresh cookies is meant: the one that `Sessionward-Session` names, else the newest that verifies.
 *
 * @throws AnswerError `refresh_token_missing`; `session_changed` where the named session is not among them;
 * `invalid_request` where the cookies belong to two subjects and none is named.
 */
export async function chooseCookie(
  headers: Headers,
  { cookies: scheme, sessions }: HttpParts,
): Promise<PresentedCookie> {
  const cookies = presentedCookies(headers, scheme)
  const named = headers.get(sessionHeader)
  if (cookies.length === 0) throw new AnswerError('refresh_token_missing')
  if (named !== null) {
    const meant = cookies.find((cookie) => parseRefreshToken(cookie.token)?.sid === named)
    if (!meant) throw new AnswerError('session_changed')
    return meant
  }
  if (cookies.length === 1) return cookies[0]!
  const alive: { cookie: PresentedCookie; session: Session }[] = []
  for (const cookie of cookies) {
    const session = await sessions.inspect({ token: cookie.token, transport: 'cookie' })
    if (session) alive.push({ cookie, session })
  }
  if (new Set(alive.map(({ session }) => JSON.stringify([session.tenant, session.subject]))).size > 1) {
    throw new AnswerError('invalid_request', `cookies of two people came along: name one session in ${sessionHeader}`)
  }
  const newest = alive.sort((one, other) => other.session.createdAt - one.session.createdAt)[0]
  return newest?.cookie ?? cookies[0]!
}
