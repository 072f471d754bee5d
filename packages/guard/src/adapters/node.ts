import type { IncomingMessage, ServerResponse } from 'node:http'
import { GuardError } from '../challenge.js'
import { isDecided } from '../decision.js'
import type { Admission, Guard } from '../guard.js'
import type { RequiredRoute, RouteOptions } from '../route.js'
import { answerError, type ErrorListener, type OptionalListener, type ProtectedListener } from './node-listeners.js'
import { fromNode } from './node-request.js'
import { sendRefusal } from './refusal.js'

export type { ErrorListener, OptionalListener, ProtectedListener } from './node-listeners.js'
export { pageRoutes, protectPage } from './node-pages.js'

/**
 * A listener for `node:http` that calls yours with the principal of a request that may pass, and otherwise answers with the
 * challenge and a problem (RFC 9457), or in the guard's `envelope`. It does not read the body of the request.
 *
 *     const orders = protect(guard, { scope: 'orders' }, (req, res, principal) => res.end(principal.subject))
 *     createServer((req, res) => (req.url === '/orders' ? orders(req, res) : notFound(res)))
 *
 * With `optional: true` your listener is called for every request: `(request, response, principal, authError)`, where one that
 * would be refused has no principal, and `authError` says why.
 *
 * A refusal is a response and not an error: `onRefused` of `createGuard` shows it, with the cause of a 503. Answer preflights
 * before it: they have no token.
 *
 * @param onError gets what your listener throws or rejects with, and unexpected errors of the guard. Default: prints the
 * error to the console, and answers 500, or closes the connection if the response has begun
 * @returns a listener whose promise resolves once yours is done
 * @throws TypeError that names the route option or the listener
 */
export function protect<Req extends IncomingMessage, Res extends ServerResponse>(
  guard: Guard,
  options: RequiredRoute,
  listener: ProtectedListener<Req, Res>,
  onError?: ErrorListener<Req, Res>,
): (request: Req, response: Res) => Promise<void>
export function protect<Req extends IncomingMessage, Res extends ServerResponse>(
  guard: Guard,
  options: RouteOptions,
  listener: OptionalListener<Req, Res>,
  onError?: ErrorListener<Req, Res>,
): (request: Req, response: Res) => Promise<void>
export function protect<Req extends IncomingMessage, Res extends ServerResponse>(
  guard: Guard,
  options: RouteOptions,
  // Of an optional route; on any other the third argument is never undefined.
  listener: (request: Req, response: Res, principal: never, authError: GuardError | undefined) => unknown,
  onError: ErrorListener<Req, Res> = answerError,
): (request: Req, response: Res) => Promise<void> {
  const route = guard.route(options)
  if (typeof listener !== 'function') {
    throw new TypeError('listener: must be a function (request, response, principal)')
  }
  if (typeof onError !== 'function') {
    throw new TypeError('onError: must be a function (error, request, response)')
  }
  // Node ignores the promise of a listener: a rejection would end the process.
  return async (request, response) => {
    try {
      const decision = guard.admit(fromNode(request), route)
      const admission = isDecided(decision) ? decision : await admitted(guard, decision, response)
      const result = admission && listener(request, response, admission.principal as never, admission.refusal)
      // `await` takes a turn even for a listener that returns nothing.
      if (result !== undefined) await result
    } catch (error) {
      onError(error, request, response)
    }
  }
}

/** Undefined if the request was refused and the response sent. */
async function admitted(
  guard: Guard,
  decision: Promise<Admission>,
  response: ServerResponse,
): Promise<Admission | undefined> {
  try {
    return await decision
  } catch (error) {
    if (!(error instanceof GuardError)) throw error
    sendRefusal(response, guard.refusal(error))
    return undefined
  }
}
