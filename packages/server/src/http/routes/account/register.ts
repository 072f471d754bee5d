import type { RegisterRequest } from '@sessionward/protocol'
import { z } from 'zod'
import type { SignInService } from '../../../accounts/sign-in.js'
import { AnswerError } from '../../../answer-error.js'
import type { Config } from '../../../config.js'
import type { Directory } from '../../../directory/directory.js'
import type { AttemptChecks } from '../../../protection/attempt-checks.js'
import { jsonAnswer } from '../../answer.js'
import { captchaField, extraFields } from '../../extra-fields.js'
import { toHeaders } from '../../http-request.js'
import { passwordField } from '../../password-field.js'
import { readJson } from '../../read-body.js'
import type { Route, RouteContext } from '../../route.js'

const profileField = z.union([z.string().max(1024), z.number(), z.boolean()])

const members = {
  username: z.string().min(1).max(256),
  password: passwordField,
  captcha: captchaField,
}

export const registerRequest = z.looseObject(members)

export interface RegisterParts {
  readonly config: Pick<Config, 'basePath' | 'before' | 'registrationFields'>
  readonly signInService: Pick<SignInService, 'register'>
  readonly attemptChecks: Pick<AttemptChecks, 'check'>
  readonly directory: Pick<Directory, 'profile'>
}

/** POST {basePath}/register: creates an account if registration is open. Does not sign the person in. */
export function register({ config, signInService, attemptChecks, directory }: RegisterParts): Route {
  return {
    method: 'POST',
    path: `${config.basePath}/register`,
    name: 'register',
    async handle({ request, address }: RouteContext) {
      const { headers } = request
      const body: RegisterRequest = await readJson(request, registerRequest)
      const { username, password } = body
      const fields = extraFields(body, members)
      const profile = profileOf(fields, config)
      const { subject } = await signInService.register(
        { tenant: '', username, password, profile, address },
        (failures) =>
          attemptChecks.check(
            { action: 'register', username, fields, headers: toHeaders(headers), address, failures },
            body.captcha,
          ),
      )
      // The account exists: a store that fails now must not make the caller register again.
      const person = await directory.profile({ tenant: '', subject }).catch(() => null)
      return jsonAnswer({ user: person?.user ?? { subject } }, 201)
    },
  }
}

/** The fields of the profile. Other fields are allowed only if the application has a hook that reads them. */
function profileOf(
  fields: Readonly<Record<string, unknown>>,
  { registrationFields, before }: RegisterParts['config'],
): Readonly<Record<string, unknown>> {
  const all = Object.entries(fields)
  if (!before.register && all.some(([name]) => !registrationFields.has(name))) {
    throw new AnswerError(
      'invalid_request',
      'a registration can have only the profile fields that the option registrationFields lists',
    )
  }
  const ofProfile = all.filter(([name]) => registrationFields.has(name))
  if (ofProfile.every(([, value]) => profileField.safeParse(value).success)) return Object.fromEntries(ofProfile)
  throw new AnswerError(
    'invalid_request',
    'a profile field must be a string of up to 1024 characters, a number or a boolean',
  )
}
