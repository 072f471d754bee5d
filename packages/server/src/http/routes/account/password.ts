import type { Guard } from '@sessionward/guard'
import type { PasswordRequest } from '@sessionward/protocol'
import { z } from 'zod'
import type { Config } from '../../../config.js'
import { emptyAnswer } from '../../answer.js'
import { readJson } from '../../read-body.js'
import type { Call, People, Route } from '../../route.js'

export const passwordRequest = z.object({
  current: z.string().min(1).max(1024),
  next: z.string().min(1).max(1024),
})

export interface PasswordParts {
  readonly config: Pick<Config, 'basePath'>
  readonly guard: Pick<Guard, 'check'>
  readonly people: Pick<People, 'changePassword'>
}

/**
 * POST {basePath}/password: changes the password; every other session of the subject ends. One request is one guess, so a caller
 * that got no answer cannot learn by a repetition whether the password changed: it signs in with the new one.
 */
export function password({ config, people, guard }: PasswordParts): Route {
  return {
    method: 'POST',
    path: `${config.basePath}/password`,
    name: 'password',
    async handle({ request, address }: Call) {
      const { subject, tenant = '', sessionId: sid } = await guard.check(request)
      const { current, next }: PasswordRequest = await readJson(request, passwordRequest)
      await people.changePassword({ tenant, subject, sid, current, next, address })
      return emptyAnswer()
    },
  }
}
