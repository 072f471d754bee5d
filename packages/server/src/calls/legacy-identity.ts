import { cookieSafe } from '../config/values.js'
import { checkString, isObject, mustBe, type Origin } from '../input/values.js'
import type { Identify, LegacyIdentity } from '../legacy/identity.js'
import { checkMilliseconds, checkNewSession } from './sessions.js'

const origin = 'adoptLegacy.identify returned'
const ofTheRequest = ['transport', 'address', 'userAgent'] as const

/**
 * The application's own code, whose answers are checked before anything is made of them. Where one is wrong the call rejects
 * with a TypeError, the request is answered 503, and nobody is signed out for it.
 *
 * @param count Counts `legacy_answer_invalid`.
 */
export function checkIdentify(identify: Identify, count: (figure: string) => void): Identify {
  return async (token, request) => {
    const answer: unknown = await identify(token, request)
    // `undefined` and `false` are what `user && { subject }` says where nobody fits: nobody is signed in by them.
    if (answer === null || answer === undefined || answer === false) return null
    try {
      checkIdentity(answer)
    } catch (error) {
      count('legacy_answer_invalid')
      throw error
    }
    return answer
  }
}

function checkIdentity(answer: unknown): asserts answer is LegacyIdentity {
  if (!isObject(answer)) throw mustBe(origin, '', answer, '{ subject, issuedAt } or null')
  const { issuedAt, validFrom = null, id, ...input } = answer
  for (const name of ofTheRequest) {
    if (Object.hasOwn(input, name)) throw new TypeError(`${origin} \`${name}\`; the request says that: omit it`)
  }
  checkNewSession(input, origin)
  if (input.clientId !== undefined) cookieSafe(`${origin} clientId, which`, input.clientId)
  checkInstant(origin, 'issuedAt', issuedAt)
  if (validFrom !== null) checkInstant(origin, 'validFrom', validFrom)
  if (id !== undefined) checkString(origin, 'id', id)
  if (id === '') throw mustBe(origin, 'id', id, 'a non-empty string')
}

function checkInstant(origin: Origin, member: string, value: unknown): void {
  if (value instanceof Date && !Number.isNaN(value.getTime())) return
  checkMilliseconds(origin, member, value)
}
