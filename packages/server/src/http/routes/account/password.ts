import type { PasswordRequest } from '@sessionward/protocol'
import { z } from 'zod'
import { emptyAnswer } from '../../answer.js'
import { readJson } from '../../read-json.js'
import type { Call, HttpParts, Route } from '../../route.js'

export const passwordRequest = z.object({
  current: z.string().min(1).max(1024),
  next: z.string().min(1).max(1024),
})

/** POST {basePath}/password: changes the password; every other session of the subject ends. */
export function password({ config, people, guard }: HttpParts): Route {
  return {
    method: 'POST',
    path: `${config.basePath}/password`,
    name: 'password',
    async handle({ request }: Call) {
      const { subject, tenant = '', sessionId: sid } = await guard.check(request.headers)
      const { current, next }: PasswordRequest = await readJson(request, passwordRequest)
      await people.changePassword({ tenant, subject, sid, current, next })
      return emptyAnswer()
    },
  }
}
