import type { Guard } from '@sessionward/guard'
import { AnswerError } from '../../../answer-error.js'
import type { Config } from '../../../config.js'
import type { SessionService } from '../../../session-service.js'
import type { SessionStore } from '../../../store/store.js'
import { emptyAnswer } from '../../answer.js'
import type { Call, Route } from '../../route.js'

export interface EndSessionParts {
  readonly config: Pick<Config, 'basePath'>
  readonly guard: Pick<Guard, 'check'>
  readonly sessions: Pick<SessionService, 'end'>
  readonly stored: Pick<SessionStore, 'find'>
}

/**
 * DELETE {basePath}/sessions/{sid}: ends one session of the subject of the access token. One that has ended already gets the
 * same answer, so that it can be sent twice. The session of the request itself is signed out; the cookie of a browser is cleared
 * by its next refresh, or by POST {basePath}/logout, which a page should use for it.
 */
export function endSession({ config, guard, sessions, stored }: EndSessionParts): Route {
  const above = `${config.basePath}/sessions/`
  return {
    method: 'DELETE',
    path: `${above}:sid`,
    async handle({ request }: Call) {
      const { subject, tenant = '', sessionId } = await guard.check(request)
      const sid = new URL(request.url).pathname.slice(above.length)
      const session = isSessionId.test(sid) ? (await stored.find(sid)).session : null
      // One answer for what is not theirs and what does not exist, so that nobody learns which ids exist.
      if (session?.subject !== subject || session.tenant !== tenant) {
        throw new AnswerError('not_found', 'the account has no session of this id')
      }
      await sessions.end(sid, sid === sessionId ? 'signed_out' : 'session_revoked')
      return emptyAnswer()
    },
  }
}

const isSessionId = /^[\w-]{22}$/
