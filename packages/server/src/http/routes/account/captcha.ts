import type { CaptchaAction } from '@sessionward/protocol'
import { AnswerError } from '../../../answer-error.js'
import type { Config } from '../../../config.js'
import type { AttemptChecks } from '../../../protection/attempt-checks.js'
import { jsonAnswer } from '../../answer.js'
import { type HttpRequest, urlOf } from '../../http-request.js'
import type { Route, RouteContext } from '../../route.js'

export interface CaptchaParts {
  readonly config: Pick<Config, 'basePath' | 'captcha'>
  readonly attemptChecks: AttemptChecks
}

/** GET {basePath}/captcha?action=signIn: what a page needs to show the captcha of sign-in (the default) or of `register`. */
export function captcha({ config, attemptChecks }: CaptchaParts): Route {
  return {
    method: 'GET',
    path: `${config.basePath}/captcha`,
    name: 'captcha',
    handle: async ({ request }: RouteContext) => jsonAnswer(await attemptChecks.challenge(actionOf(request))),
  }
}

function actionOf(request: HttpRequest): CaptchaAction {
  const action = urlOf(request).searchParams.get('action') ?? 'signIn'
  if (action === 'signIn' || action === 'register') return action
  throw new AnswerError('invalid_request', 'action must be signIn or register')
}
