import type { Context, Middleware } from 'koa'
import { GuardError, type Refusal } from '../challenge.js'
import { whenDecided } from '../decision.js'
import type { Guard } from '../guard.js'
import type { RequiredRoute, RouteOptions } from '../route.js'
import type { GuardState, OptionalGuardState } from './koa-state.js'
import { fromNode } from './node-request.js'
import { exposeHeaders, withChallengeExposed } from './refusal.js'

export { pageRoutes, protectPage } from './koa-pages.js'
export type { GuardState, OptionalGuardState } from './koa-state.js'

/**
 * Lets a request pass with `ctx.state.auth` set, or answers with the challenge and a problem (RFC 9457), or in the guard's
 * `envelope`. It does not read the body of the request. For Koa 2.13 and later, and 3.
 *
 * With `optional: true` every request passes: one that would be refused without `auth` and with `ctx.state.authError`.
 *
 * A refusal is a response and not an error, so no `catch` sees it: `ctx.status`, `ctx.body` and the headers are set, and
 * middleware before it may replace the body, with `ctx.state.authError` for the reason. `onRefused` of `createGuard` shows it
 * too, with the cause of a 503. An unexpected error is thrown. Mount CORS middleware first: a preflight has no token.
 *
 * @throws TypeError that names the route option
 */
export function protect(guard: Guard, options?: RequiredRoute): Middleware<GuardState>
export function protect(guard: Guard, options: RouteOptions): Middleware<OptionalGuardState>
export function protect(guard: Guard, options: RouteOptions = {}): Middleware {
  const route = guard.route(options)
  return (ctx, next) =>
    whenDecided(
      guard.admit(fromNode(ctx.req, ctx.originalUrl), route),
      ({ principal, refusal }) => {
        ctx.state.auth = principal
        ctx.state.authError = refusal
        return next()
      },
      (error) => {
        if (!(error instanceof GuardError)) throw error
        ctx.state.authError = error
        return answer(ctx as Context, guard.refusal(error))
      },
    )
}

function answer(ctx: Context, { status, headers, body }: Refusal): void {
  ctx.status = status
  ctx.set(headers)
  if ('www-authenticate' in headers) {
    ctx.set(exposeHeaders, withChallengeExposed(ctx.response.get(exposeHeaders)))
  }
  ctx.body = body
}
