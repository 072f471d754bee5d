import type { RegisterRequest } from '@sessionward/protocol'
import { z } from 'zod'
import { AnswerError } from '../../../answer-error.js'
import type { Config } from '../../../config.js'
import type { Directory } from '../../../directory/directory.js'
import { jsonAnswer } from '../../answer.js'
import { readJson } from '../../read-body.js'
import type { Call, People, Route } from '../../route.js'

const fieldValue = z.union([z.string().max(1024), z.number(), z.boolean()])

export const registerRequest = z
  .object({ username: z.string().min(1).max(256), password: z.string().min(1).max(1024) })
  .catchall(fieldValue)

export interface RegisterParts {
  readonly config: Pick<Config, 'basePath' | 'registrationFields'>
  readonly people: Pick<People, 'register'>
  readonly directory: Pick<Directory, 'profile'>
}

/** POST {basePath}/register: creates an account, where registration is open. It signs nobody in. */
export function register({ config, people, directory }: RegisterParts): Route {
  return {
    method: 'POST',
    path: `${config.basePath}/register`,
    name: 'register',
    async handle({ request, address }: Call) {
      const { username, password, ...fields }: RegisterRequest = await readJson(request, registerRequest)
      const unknown = Object.keys(fields).find((name) => !config.registrationFields.has(name))
      if (unknown !== undefined) {
        throw new AnswerError(
          'invalid_request',
          'a registration can have only the profile fields that the option registrationFields lists',
        )
      }
      const { subject } = await people.register({ tenant: '', username, password, profile: fields, address })
      const profile = await directory.profile({ tenant: '', subject })
      return jsonAnswer({ user: profile?.user ?? { subject } }, 201)
    },
  }
}
