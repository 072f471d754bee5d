import { deviceClasses, type LoginRequest } from '@sessionward/protocol'
import { z } from 'zod'
import type { SignInService } from '../../../accounts/sign-in.js'
import type { Config } from '../../../config.js'
import type { AttemptChecks } from '../../../protection/attempt-checks.js'
import { captchaField, extraFields } from '../../extra-fields.js'
import { toHeaders } from '../../http-request.js'
import { passwordField } from '../../password-field.js'
import { readJson } from '../../read-body.js'
import type { Route, RouteContext } from '../../route.js'
import { tokenAnswer } from '../../token-answer.js'
import type { Transports } from '../../transport/transport.js'

const members = {
  username: z.string().min(1).max(256),
  password: passwordField,
  remember: z.boolean().optional(),
  transport: z.enum(['cookie', 'body']).optional(),
  device: z
    .object({
      id: z.string().max(128).optional(),
      name: z.string().max(128).optional(),
      class: z.enum(deviceClasses).optional(),
    })
    .optional(),
  captcha: captchaField,
}

export const loginRequest = z.looseObject(members)

export interface LoginParts {
  readonly config: Pick<Config, 'basePath' | 'kind'>
  readonly signInService: Pick<SignInService, 'signIn'>
  readonly attemptChecks: Pick<AttemptChecks, 'check'>
  readonly transports: Transports
}

/**
 * POST {basePath}/login: exchanges a user name and a password for the first tokens of a session. Ends the earlier sessions of the
 * client in this browser, because a sign-in never continues an earlier session.
 */
export function login({ config, signInService, attemptChecks, transports }: LoginParts): Route {
  return {
    method: 'POST',
    path: `${config.basePath}/login`,
    name: 'login',
    async handle({ request, address }: RouteContext) {
      const { headers } = request
      const body: LoginRequest = await readJson(request, loginRequest)
      const name = body.transport ?? config.kind.transports[0]
      const transport = transports[name]
      transport.admit(headers)
      const signIn = {
        username: body.username,
        password: body.password,
        transport: name,
        ...(body.remember === undefined ? {} : { remember: body.remember }),
        ...(body.device === undefined ? {} : { device: body.device }),
        ...(address === null ? {} : { address }),
        userAgent: (headers.get('User-Agent') ?? '').slice(0, 256),
      }
      const issued = await signInService.signIn(
        signIn,
        (clientId) => transport.earlier(headers, clientId),
        (failures) =>
          attemptChecks.check(
            {
              action: 'signIn',
              username: body.username,
              fields: extraFields(body, members),
              headers: toHeaders(headers),
              address,
              failures,
            },
            body.captcha,
          ),
      )
      return tokenAnswer(transports, issued, await transport.replaceEarlier(headers, issued.session))
    },
  }
}
