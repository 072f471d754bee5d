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

/**
 * A listener for `node:http` that calls yours with the principal of a request that may pass, and otherwise answers with the
 * challenge and a problem (RFC 9457). The request's body is not touched.
 *
 *     const orders = protect(guard, { scope: 'orders' }, (req, res, principal) => res.end(principal.subject))
 *     createServer({ captureRejections: true }, (req, res) => (req.url === '/orders' ? orders(req, res) : notFound(res)))
 *
 * A refusal is an answer and no error: `onRefused` of `createGuard` shows it, with the cause of a 503. Answer preflights
 * before it: they have no token.
 *
 * @returns a listener whose promise rejects with what your listener throws, or with an unexpected error. As with every async
 * listener of Node's, handle that rejection, or return the promise to a server with `captureRejections`, which answers 500
 * @throws TypeError where the route asks for something that does not exist
 */
export function protect<Req extends IncomingMessage, Res extends ServerResponse>(
  guard: Guard,
  options: RouteOptions,
  listener: ProtectedListener<Req, Res>,
): (request: Req, response: Res) => Promise<void> {
  const route = guard.route(options)
  if (typeof listener !== 'function') {
    throw new TypeError('listener: must be a function of a request, a response and a principal')
  }
  return async (request, response) => {
    const principal = await admit(guard, request, response, route)
    if (principal) await listener(request, response, principal)
  }
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
    sendRefusal(response, error)
    return undefined
  }
}
