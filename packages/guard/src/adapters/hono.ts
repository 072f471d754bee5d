import type { MiddlewareHandler } from 'hono'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { GuardError } from '../challenge.js'
import type { Guard } from '../guard.js'
import type { Principal } from '../principal.js'
import type { RouteOptions } from '../route.js'

/** What `protect` sets: `c.get('auth')`, also written `c.var.auth`. */
export interface GuardVariables {
  readonly auth: Principal
}

/**
 * Lets a request pass with the variable `auth` set, or answers with the challenge and a problem (RFC 9457). The request's
 * body is not touched.
 *
 * @throws TypeError where the route asks for something that does not exist
 */
export function protect(guard: Guard, options: RouteOptions = {}): MiddlewareHandler<{ Variables: GuardVariables }> {
  const route = guard.route(options)
  return async (c, next) => {
    try {
      c.set('auth', await guard.check(c.req.raw.headers, route))
    } catch (error) {
      if (!(error instanceof GuardError)) throw error
      return c.body(JSON.stringify(error.problem()), error.status as ContentfulStatusCode, error.headers())
    }
    return next()
  }
}
