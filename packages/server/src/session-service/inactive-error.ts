import { AnswerError } from '../answer-error.js'
import { kinds } from '../session/kind.js'
import type { Session } from '../session/session.js'

/**
 * Why a session has ended; undefined if it is active.
 *
 * @param inDetail Whether to include the sign-in that replaced it.
 */
export function inactiveError(session: Session, now: number, inDetail = true): AnswerError | undefined {
  if (session.ended) {
    const { reason, replacedBy } = session.ended
    return new AnswerError(reason, undefined, inDetail ? { replacedBy } : {})
  }
  const passed = kinds[session.kind].deadlines.passed(session, now)
  return passed ? new AnswerError(passed === 'idle' ? 'refresh_token_expired' : 'session_expired') : undefined
}
