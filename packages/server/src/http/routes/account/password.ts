import type { Guard } from '@sessionward/guard'
import type { PasswordRequest } from '@sessionward/protocol'
import { z } from 'zod'
import type { SignInService } from '../../../accounts/sign-in.js'
import type { Config } from '../../../config.js'
import { emptyAnswer } from '../../answer.js'
import { passwordField } from '../../password-field.js'
import { readJson } from '../../read-body.js'
import type { Route, RouteContext } from '../../route.js'

export const passwordRequest = z.object({
  current: passwordField,
  next: passwordField,
})

export interface PasswordParts {
  readonly config: Pick<Config, 'basePath'>
  readonly guard: Pick<Guard, 'check'>
  readonly signInService: Pick<SignInService, 'changePassword'>
}

/**
 * POST {basePath}/password: changes the password and ends every other session of the subject. One request is one guess, so a caller
 * without an answer cannot find out by repeating the request whether the password changed; it can sign in with the new one.
 */
export function password({ config, signInService, guard }: PasswordParts): Route {
  return {
    method: 'POST',
    path: `${config.basePath}/password`,
    name: 'password',
    async handle({ request, address }: RouteContext) {
      const { subject, tenant = '', sessionId: sid } = await guard.check(request)
      const { current, next }: PasswordRequest = await readJson(request, passwordRequest)
      await signInService.changePassword({ tenant, subject, sid, current, next, address })
      return emptyAnswer()
    },
  }
}
