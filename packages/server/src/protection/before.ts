import { type CaptchaAction, isErrorCode, unknownOption } from '@sessionward/protocol'
import { AnswerError } from '../answer-error.js'
import { isObject, mustBe } from '../input/values.js'

/** A sign-in or a registration over HTTP, before its password is looked at. */
export interface AttemptView {
  /** Whether somebody signs in or registers. */
  readonly action: CaptchaAction
  /** The user name, as it was sent. */
  readonly username: string
  /**
   * Members of the request beyond those that this server reads itself, as JSON has them: nobody has checked them. Of a
   * registration the profile fields too.
   */
  readonly fields: Readonly<Record<string, unknown>>
  /** Headers of the request. */
  readonly headers: Headers
  /** Network address of the client; null where it is not known. */
  readonly address: string | null
  /**
   * Failed sign-ins before this one that count at this moment, of the account or from the address, whichever are more. Of a
   * registration: those from the address before it, successful ones included.
   */
  readonly failures: number
}

/** Why an attempt goes no further. */
export interface HookRefusal {
  /** A code of the application, such as `sms_code_wrong`: lower-case letters, digits and `_`. */
  readonly code: string
  /** A sentence for the person. */
  readonly message: string
}

/** @returns a refusal, or undefined where the attempt may go on to the password. */
export type AttemptHook = (attempt: AttemptView) => HookRefusal | undefined | Promise<HookRefusal | undefined>

/** Hooks of the application before a password is looked at. */
export interface BeforeHooks {
  /** Asked before each sign-in. Default: every attempt goes on. */
  readonly signIn?: AttemptHook
  /** Asked before each registration. Default: every attempt goes on. */
  readonly register?: AttemptHook
}

/**
 * Asks the application's own code, whose answer is checked: what it returns reaches a stranger.
 *
 * @returns the error to answer with.
 * @throws TypeError where the hook returned anything but a refusal or undefined.
 */
export async function askHook(hook: AttemptHook | undefined, attempt: AttemptView): Promise<AnswerError | undefined> {
  const refusal = await hook?.(attempt)
  if (refusal === undefined) return undefined
  const { code, message } = checkRefusal(`before.${attempt.action} returned`, refusal)
  return new AnswerError('attempt_refused', message, { applicationCode: code })
}

const expected = 'undefined, or { code, message } to refuse'

function checkRefusal(origin: string, refusal: unknown): HookRefusal {
  if (!isObject(refusal)) throw mustBe(origin, '', refusal, expected)
  const problem = unknownOption(refusal, ['code', 'message'])
  if (problem !== undefined) throw new TypeError(`${origin} an ${problem.replace('option', 'member')}`)
  const { code, message } = refusal
  if (typeof code !== 'string' || !/^[a-z][a-z0-9_]{0,63}$/.test(code)) {
    throw mustBe(origin, 'code', code, 'a name of up to 64 lower-case letters, digits and "_", such as sms_code_wrong')
  }
  if (isErrorCode(code)) {
    throw new TypeError(`${origin} the code ${code}, which has a meaning of its own: choose another name`)
  }
  if (typeof message !== 'string' || message === '' || message.length > longestMessage) {
    throw mustBe(origin, 'message', message, `a sentence of up to ${longestMessage} characters`)
  }
  return { code, message }
}

const longestMessage = 500
