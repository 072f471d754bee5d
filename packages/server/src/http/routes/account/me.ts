import { AnswerError } from '../../../answer-error.js'
import { jsonAnswer } from '../../answer.js'
import type { Call, HttpParts, Route } from '../../route.js'

/** GET {basePath}/me: what the directory says of the subject of the access token. */
export function me({ config, guard, sessions }: HttpParts): Route {
  return {
    method: 'GET',
    path: `${config.basePath}/me`,
    name: 'me',
    async handle({ request }: Call) {
      const { subject, tenant = '', sessionId: sid } = await guard.check(request.headers)
      const user = await sessions.userOf({ tenant, subject, sid })
      if (!user) throw new AnswerError('account_disabled')
      return jsonAnswer(user)
    },
  }
}
