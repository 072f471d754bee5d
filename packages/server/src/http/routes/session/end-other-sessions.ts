import type { Guard } from '@sessionward/guard'
import { AnswerError } from '../../../answer-error.js'
import type { Config } from '../../../config.js'
import type { SessionService } from '../../../session-service.js'
import { jsonAnswer } from '../../answer.js'
import { urlOf } from '../../http-request.js'
import type { Route, RouteContext } from '../../route.js'

export interface EndOtherSessionsParts {
  readonly config: Pick<Config, 'basePath'>
  readonly guard: Pick<Guard, 'check'>
  readonly sessions: Pick<SessionService, 'endAll'>
}

/** DELETE {basePath}/sessions?others: ends every session of the subject of the access token except the one of the request. */
export function endOtherSessions({ config, guard, sessions }: EndOtherSessionsParts): Route {
  return {
    method: 'DELETE',
    path: `${config.basePath}/sessions`,
    async handle({ request }: RouteContext) {
      const { subject, tenant = '', sessionId } = await guard.check(request)
      if (!urlOf(request).searchParams.has('others')) {
        throw new AnswerError('invalid_request', 'expected `?others`, or the id of one session in the path')
      }
      return jsonAnswer({ ended: await sessions.endAll({ tenant, subject }, 'session_revoked', sessionId) })
    },
  }
}
