import type { RegisterRequest } from '@sessionward/protocol'
import { z } from 'zod'
import { AnswerError } from '../../../answer-error.js'
import { jsonAnswer } from '../../answer.js'
import { readJson } from '../../read-json.js'
import type { Call, HttpParts, Route } from '../../route.js'

const fieldValue = z.union([z.string().max(1024), z.number(), z.boolean()])

export const registerRequest = z
  .object({ username: z.string().min(1).max(256), password: z.string().min(1).max(1024) })
  .catchall(fieldValue)

/** POST {basePath}/register: makes an account, where registration is open. Nobody is signed in by it. */
export function register({ config, people, directory }: HttpParts): Route {
  return {
    method: 'POST',
    path: `${config.basePath}/register`,
    name: 'register',
    async handle({ request }: Call) {
      const { username, password, ...fields }: RegisterRequest = await readJson(request, registerRequest)
      const foreign = Object.keys(fields).find((name) => !config.registrationFields.has(name))
      if (foreign !== undefined) {
        throw new AnswerError(
          'invalid_request',
          'only the fields that the server lists may be filled in at registration',
        )
      }
      const { subject } = await people.register({ tenant: '', username, password, profile: fields })
      const profile = await directory.profile({ tenant: '', subject })
      return jsonAnswer({ user: profile?.user ?? { subject } }, 201)
    },
  }
}
