import type { Guard } from '@sessionward/guard'
import { AnswerError } from '../../../answer-error.js'
import type { Config } from '../../../config.js'
import type { SessionService } from '../../../session-service.js'
import { jsonAnswer } from '../../answer.js'
import type { Route, RouteContext } from '../../route.js'

export interface MeParts {
  readonly config: Pick<Config, 'basePath'>
  readonly guard: Pick<Guard, 'check'>
  readonly sessions: Pick<SessionService, 'userOf'>
}

/** GET {basePath}/me: the profile of the subject of the access token. */
export function me({ config, guard, sessions }: MeParts): Route {
  return {
    method: 'GET',
    path: `${config.basePath}/me`,
    name: 'me',
    async handle({ request }: RouteContext) {
      const { subject, tenant = '', sessionId: sid } = await guard.check(request)
      const user = await sessions.userOf({ tenant, subject, sid })
      if (!user) throw new AnswerError('account_disabled')
      return jsonAnswer(user)
    },
  }
}
