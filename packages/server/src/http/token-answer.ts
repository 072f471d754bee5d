import { type RefreshCookieScheme, tokenAnswerToWire } from '@sessionward/protocol'
import type { Issued } from '../tokens/mint.js'
import { type Answer, jsonAnswer } from './answer.js'
import { setCookie } from './transport/cookie.js'

/** The answer with the tokens: the refresh token goes where the session's transport says, and nowhere else. */
export function tokenAnswer(scheme: RefreshCookieScheme, issued: Issued, clear: readonly string[] = []): Answer {
  const { body, cookies } = splitTokens(scheme, issued)
  return jsonAnswer(tokenAnswerToWire(body), 200, [...clear, ...cookies])
}

/** What goes into the body and what into cookies. */
export function splitTokens(scheme: RefreshCookieScheme, { session, answer }: Issued) {
  if (session.transport === 'body') return { body: answer, cookies: [] }
  const { refreshToken, ...body } = answer
  const cookies = refreshToken ? [setCookie(scheme, session, refreshToken, answer.refreshExpiresIn)] : []
  return { body, cookies }
}
