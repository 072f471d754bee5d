import { GuardError, invalidToken } from '../challenge.js'
import type { JsonObject } from '../token/strict-json.js'

/**
 * The check of a payload by the option `accept`. Only `true` lets a token pass: an async function returns a Promise, and
 * taken as a condition that would accept every token.
 *
 * @throws TypeError that names the option. The check throws GuardError `access_token_invalid`
 */
export function readPayloadCheck(
  accept: ((payload: JsonObject) => boolean) | undefined,
): (payload: JsonObject) => void {
  if (accept === undefined) return () => {}
  if (typeof accept !== 'function') throw new TypeError('legacy.accept: must be a function (payload)')
  return (payload) => {
    const answer = callCheck(accept, payload)
    if (answer === true) return
    if (answer === false) throw invalidToken('The token is not accepted.')
    // The token is refused in any case; an unhandled rejection would end the process.
    if (answer instanceof Promise) answer.catch(() => {})
    throw invalidToken(
      `legacy.accept returned a value of type ${typeof answer}; it must return true or false, and not be async.`,
    )
  }
}

function callCheck(accept: (payload: JsonObject) => unknown, payload: JsonObject): unknown {
  try {
    return accept(payload)
  } catch (cause) {
    throw new GuardError('access_token_invalid', { detail: 'legacy.accept threw for the claims of the token.', cause })
  }
}
