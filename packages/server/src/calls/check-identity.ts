import { cookieSafe } from '../config/values.js'
import type { Count } from '../figures.js'
import { checkString, invalidValue, isObject, type Origin } from '../input/values.js'
import type { Identify, LegacyIdentity } from '../legacy/identity.js'
import { checkMilliseconds, checkNewSession } from './check-input.js'

const origin = 'adoptLegacy.identify returned'
const requestMembers = ['transport', 'address', 'userAgent'] as const

/**
 * Wraps the option `adoptLegacy.identify` and validates what it returns. After an invalid result the call rejects with a TypeError,
 * the request is answered 503, and nobody is signed out.
 *
 * @param count Counts `legacy_answer_invalid`.
 */
export function checkIdentify(identify: Identify, count: Count): Identify {
  return async (token, request) => {
    const answer: unknown = await identify(token, request)
    // `user && { subject }` returns undefined or false if there is no user.
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
  if (!isObject(answer)) throw invalidValue(origin, '', answer, '{ subject, issuedAt } or null')
  const { issuedAt, validFrom = null, id, ...input } = answer
  for (const name of requestMembers) {
    if (Object.hasOwn(input, name)) throw new TypeError(`${origin} \`${name}\`; the request says that: omit it`)
  }
  checkNewSession(input, origin)
  if (input.clientId !== undefined) cookieSafe(`${origin} clientId, which`, input.clientId)
  checkInstant(origin, 'issuedAt', issuedAt)
  if (validFrom !== null) checkInstant(origin, 'validFrom', validFrom)
  if (id !== undefined) checkString(origin, 'id', id)
  if (id === '') throw invalidValue(origin, 'id', id, 'a non-empty string')
}

function checkInstant(origin: Origin, member: string, value: unknown): void {
  if (value instanceof Date && !Number.isNaN(value.getTime())) return
  checkMilliseconds(origin, member, value)
}
