import type { Context, MiddlewareHandler } from 'hono'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { GuardError, type Refusal } from '../challenge.js'
import { whenDecided } from '../decision.js'
import type { Guard } from '../guard.js'
import type { RequiredRoute, RouteOptions } from '../route.js'
import type { GuardVariables, OptionalGuardVariables } from './hono-variables.js'
import { exposeHeaders, withChallengeExposed } from './refusal.js'

export { pageRoutes, protectPage } from './hono-pages.js'
export type { GuardVariables, OptionalGuardVariables } from './hono-variables.js'

/**
 * Lets a request pass with the variable `auth` set, or answers with the challenge and a problem (RFC 9457), or in
 * the guard's `envelope`. It does not read the body of the request. For Hono 4.
 *
 * With `optional: true` every request passes: one that would be refused without `auth` and with the variable `authError`.
 *
 * A refusal is a response and not an error, so it does not reach `app.onError`: `onRefused` of `createGuard` shows it, with the
 * cause of a 503. An unexpected error does reach it. Mount CORS middleware first: a preflight has no token.
 *
 * @throws TypeError that names the route option
 */
export function protect(guard: Guard, options?: RequiredRoute): MiddlewareHandler<{ Variables: GuardVariables }>
export function protect(guard: Guard, options: RouteOptions): MiddlewareHandler<{ Variables: OptionalGuardVariables }>
export function protect(guard: Guard, options: RouteOptions = {}): MiddlewareHandler {
  const route = guard.route(options)
  return (c, next) =>
    whenDecided(
      guard.admit(c.req.raw, route),
      ({ principal, refusal }) => {
        c.set('auth', principal)
        if (refusal) c.set('authError', refusal)
        return next()
      },
      (error) => {
        if (!(error instanceof GuardError)) throw error
        return answer(c, guard.refusal(error))
      },
    )
}

function answer(c: Context, { status, headers, body }: Refusal): Response {
  // Not as an argument of `c.body`: once `c.res` was read, headers that were set earlier would take precedence.
  for (const [name, value] of Object.entries(headers)) c.header(name, value)
  if ('www-authenticate' in headers) {
    c.header(exposeHeaders, withChallengeExposed(c.res.headers.get(exposeHeaders)))
  }
  return c.body(body, status as ContentfulStatusCode)
}
