import type { Guard } from '@sessionward/guard'
import { AnswerError } from '../../../answer-error.js'
import type { Config } from '../../../config.js'
import type { SessionService } from '../../../session-service.js'
import type { SessionStore } from '../../../store/store.js'
import { emptyAnswer } from '../../answer.js'
import { urlOf } from '../../http-request.js'
import type { Route, RouteContext } from '../../route.js'

export interface EndSessionParts {
  readonly config: Pick<Config, 'basePath'>
  readonly guard: Pick<Guard, 'check'>
  readonly sessions: Pick<SessionService, 'end'>
  readonly sessionStore: Pick<SessionStore, 'find'>
}

/**
 * DELETE {basePath}/sessions/{sid}: ends one session of the subject of the access token. Idempotent: a session that has already ended
 * gets the same answer. To end the session of the request itself, a page should use POST {basePath}/logout, which also clears the
 * cookie; otherwise the next refresh clears it.
 */
export function endSession({ config, guard, sessions, sessionStore }: EndSessionParts): Route {
  const above = `${config.basePath}/sessions/`
  return {
    method: 'DELETE',
    path: `${above}:sid`,
    async handle({ request }: RouteContext) {
      const { subject, tenant = '', sessionId } = await guard.check(request)
      const sid = urlOf(request).pathname.slice(above.length)
      const session = isSessionId.test(sid) ? (await sessionStore.find(sid)).session : null
      // The same answer for other people's sessions as for unknown ids, so that existing ids cannot be found out.
      if (session?.subject !== subject || session.tenant !== tenant) {
        throw new AnswerError('not_found', 'the account has no session of this id')
      }
      await sessions.end(sid, sid === sessionId ? 'signed_out' : 'session_revoked')
      return emptyAnswer()
    },
  }
}

const isSessionId = /^[\w-]{22}$/
