import type { IncomingMessage, ServerResponse } from 'node:http'
import { GuardError } from '../challenge.js'
import type { Guard } from '../guard.js'
import type { Principal } from '../principal.js'
import type { RouteOptions } from '../route.js'
import { fromNode } from './node-request.js'
import { sendRefusal } from './refusal.js'

/** Answers a request that passed. */
export type ProtectedListener<Req extends IncomingMessage, Res extends ServerResponse> = (
  request: Req,
  response: Res,
  principal: Principal,
) => unknown

/** Answers a request after an unexpected error. */
export type ErrorListener<Req extends IncomingMessage, Res extends ServerResponse> = (
  error: unknown,
  request: Req,
  response: Res,
) => void

/**
 * A listener for `node:http` that calls yours with the principal of a request that may pass, and otherwise answers with the
 * challenge and a problem (RFC 9457), or in the guard's `envelope`. It does not read the body of the request.
 *
 *     const orders = protect(guard, { scope: 'orders' }, (req, res, principal) => res.end(principal.subject))
 *     createServer((req, res) => (req.url === '/orders' ? orders(req, res) : notFound(res)))
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
  options: RouteOptions,
  listener: ProtectedListener<Req, Res>,
  onError: ErrorListener<Req, Res> = answerError,
): (request: Req, response: Res) => Promise<void> {
  const route = guard.route(options)
  if (typeof listener !== 'function') {
    throw new TypeError('listener: must be a function (request, response, principal)')
  }
  if (typeof onError !== 'function') {
    throw new TypeError('onError: must be a function (error, request, response)')
  }
  // Node does not look at the promise of a listener: a rejection would end the process.
  return async (request, response) => {
    try {
      const principal = await admit(guard, request, response, route)
      if (principal) await listener(request, response, principal)
    } catch (error) {
      onError(error, request, response)
    }
  }
}

function answerError(error: unknown, _request: IncomingMessage, response: ServerResponse): void {
  console.error(error)
  if (response.headersSent) response.destroy()
  else response.writeHead(500, { 'cache-control': 'no-store' }).end()
}

/** The principal, or undefined once a refusal has been answered. */
async function admit(
  guard: Guard,
  request: IncomingMessage,
  response: ServerResponse,
  route: RouteOptions,
): Promise<Principal | undefined> {
  try {
    return await guard.check(fromNode(request), route)
  } catch (error) {
    if (!(error instanceof GuardError)) throw error
    sendRefusal(response, guard.refusal(error))
    return undefined
  }
}
