import { type CaptchaAction, isErrorCode, unknownOption } from '@sessionward/protocol'
import { AnswerError } from '../answer-error.js'
import { invalidValue, isObject } from '../input/values.js'

/** A sign-in or a registration over HTTP, before its password is checked. */
export interface AttemptView {
  /** Sign-in or registration. */
  readonly action: CaptchaAction
  /** The user name, as it was sent. */
  readonly username: string
  /**
   * Members of the request that the auth server does not read itself, unvalidated. Includes the profile fields of a registration.
   */
  readonly fields: Readonly<Record<string, unknown>>
  /** Headers of the request. */
  readonly headers: Headers
  /** Network address of the client; null where it is not known. */
  readonly address: string | null
  /**
   * Recent failed sign-ins, of the account or from the address, whichever are more. For a registration: earlier registrations from
   * the address, successful ones included.
   */
  readonly failures: number
}

/** Why an attempt is refused. */
export interface HookRefusal {
  /** A code of the application, such as `sms_code_wrong`: lower-case letters, digits and `_`. */
  readonly code: string
  /** A sentence for the person. */
  readonly message: string
}

/** @returns a refusal, or undefined to continue with the password check. */
export type AttemptHook = (attempt: AttemptView) => HookRefusal | undefined | Promise<HookRefusal | undefined>

/** Hooks of the application that run before the password check. */
export interface BeforeHooks {
  /** Called before each sign-in. Default: no check. */
  readonly signIn?: AttemptHook
  /** Called before each registration. Default: no check. */
  readonly register?: AttemptHook
}

/**
 * Runs a hook of the application. Its result is validated, because the client receives it.
 *
 * @returns the error to answer with, or undefined if the attempt may continue.
 * @throws TypeError if the hook returned anything but a refusal or undefined.
 */
export async function runHook(hook: AttemptHook | undefined, attempt: AttemptView): Promise<AnswerError | undefined> {
  const refusal = await hook?.(attempt)
  if (refusal === undefined) return undefined
  const { code, message } = checkRefusal(`before.${attempt.action} returned`, refusal)
  return new AnswerError('attempt_refused', message, { applicationCode: code })
}

const expected = 'undefined, or { code, message } to refuse'

function checkRefusal(origin: string, refusal: unknown): HookRefusal {
  if (!isObject(refusal)) throw invalidValue(origin, '', refusal, expected)
  const problem = unknownOption(refusal, ['code', 'message'])
  if (problem !== undefined) throw new TypeError(`${origin} an ${problem.replace('option', 'member')}`)
  const { code, message } = refusal
  if (typeof code !== 'string' || !/^[a-z][a-z0-9_]{0,63}$/.test(code)) {
    throw invalidValue(
      origin,
      'code',
      code,
      'a name of up to 64 lower-case letters, digits and "_", such as sms_code_wrong',
    )
  }
  if (isErrorCode(code)) {
    throw new TypeError(`${origin} the code ${code}, which has a meaning of its own: choose another name`)
  }
  if (typeof message !== 'string' || message === '' || message.length > maxMessageLength) {
    throw invalidValue(origin, 'message', message, `a sentence of up to ${maxMessageLength} characters`)
  }
  return { code, message }
}

const maxMessageLength = 500
