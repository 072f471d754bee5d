import { GuardError } from '../challenge.js'
import type { Admission, Guard } from '../guard.js'
import type { Principal } from '../principal.js'
import type { RequiredRoute, RouteOptions } from '../route.js'
import { toResponse } from './refusal.js'

/** What `protect` adds to the context of a route handler, beside Next's `params`. */
export interface WithAuth {
  /** Who makes the request. */
  readonly auth: Principal
}

/** What it adds on an optional route: exactly one of the two. */
export interface WithOptionalAuth {
  /** Who makes the request; undefined if it would have been refused. */
  readonly auth: Principal | undefined
  /** Why the request has no principal. */
  readonly authError: GuardError | undefined
}

/** What `headers()` of `next/headers` resolves to. */
export type NextHeaders = Pick<Headers, 'get'>

/** A route handler of Next, or of any framework with web-standard requests. */
type Handler<Req, Context> = (request: Req, context: Context) => Response | Promise<Response>

/**
 * A route handler that calls yours for a request that may pass, and otherwise answers with the challenge and a problem (RFC
 * 9457), or in the guard's `envelope`. It does not read the body of the request. For Next 16, and for every framework
 * whose handlers are called with a `Request`.
 *
 *     export const GET = protect(guard, { scope: 'orders' }, (request, { auth }) => Response.json(auth.subject))
 *
 * An answer without a `Cache-Control` becomes `private, no-store`, so that no cache keeps it for somebody else. What your handler
 * throws goes on to Next.
 *
 * With `optional: true` every request passes: one that would be refused has no `auth`, and `authError` says why.
 *
 * @throws TypeError that names the route option or the handler
 */
export function protect<Req extends Request, Context extends object>(
  guard: Guard,
  options: RequiredRoute,
  handler: Handler<Req, Context & WithAuth>,
): (request: Req, context: Context) => Promise<Response>
export function protect<Req extends Request, Context extends object>(
  guard: Guard,
  options: RouteOptions,
  handler: Handler<Req, Context & WithOptionalAuth>,
): (request: Req, context: Context) => Promise<Response>
export function protect<Req extends Request, Context extends object>(
  guard: Guard,
  options: RouteOptions,
  handler: Handler<Req, never>,
): (request: Req, context: Context) => Promise<Response> {
  const route = guard.route(options)
  if (typeof handler !== 'function') throw new TypeError('handler: must be a function (request, { auth, params })')
  return async (request, context) => {
    let admission: Admission
    try {
      admission = await guard.admit(request, route)
    } catch (error) {
      if (!(error instanceof GuardError)) throw error
      return toResponse(guard.refusal(error))
    }
    const known = { ...context, auth: admission.principal, authError: admission.refusal }
    return withoutCaching(await handler(request, known as never))
  }
}

/**
 * The principal, for server components and actions: `const auth = await getAuth(guard, await headers())`. It sets no cookie and
 * refreshes nothing, because a component cannot.
 *
 * On a route with `optional: true` it returns `{ principal, refusal }`: a page that sends people to sign-in does it then.
 *
 * @param headers cookies are in them
 * @throws GuardError for a request that is refused, unless the route is optional
 * @throws TypeError that names the route option
 */
export function getAuth(guard: Guard, headers: NextHeaders, options?: RequiredRoute): Promise<Principal>
export function getAuth(guard: Guard, headers: NextHeaders, options: RouteOptions): Promise<Admission>
export async function getAuth(
  guard: Guard,
  headers: NextHeaders,
  options: RouteOptions = {},
): Promise<Principal | Admission> {
  if (typeof headers?.get !== 'function') {
    throw new TypeError('headers: must be what headers() of next/headers resolves to; write await headers()')
  }
  const request = { method: methodOf(headers), url: '/', headers }
  return options.optional ? guard.admit(request, options) : guard.check(request, options)
}

/** Next does not expose the method to components. Actions are POST requests, and only requests with a body have a type. */
function methodOf(headers: NextHeaders): string {
  return headers.get('next-action') || headers.get('content-type') ? 'POST' : 'GET'
}

function withoutCaching(response: Response): Response {
  if (response.headers.has('cache-control')) return response
  // The headers of a response that `fetch` has returned cannot be changed.
  const copy = new Response(response.body, response)
  copy.headers.set('cache-control', 'private, no-store')
  return copy
}
