import type { NextFunction, Response } from 'express'
import { GuardError } from '../challenge.js'
import { whenDecided } from '../decision.js'
import type { Guard } from '../guard.js'
import type { Principal } from '../principal.js'
import type { RouteOptions } from '../route.js'
import type { ExpressMiddleware } from './express-middleware.js'
import { fromNode } from './node-request.js'
import { sendRefusal } from './refusal.js'

export { pageRoutes, protectPage } from './express-pages.js'

declare global {
  namespace Express {
    interface Request {
      /**
       * Who makes the request. Set by `protect`, so only the handlers after it have it. Undefined on an optional route where
       * `authError` says why, which the type cannot tell.
       */
      auth: Principal
      /** Why a request passed an optional route without `auth`. */
      authError?: GuardError
    }
  }
}

/**
 * Lets a request pass with `req.auth` set, or answers with the challenge and a problem (RFC 9457), or in the guard's
 * `envelope`. It does not read the body of the request. For Express 4.18 and later, and 5.
 *
 * With `optional: true` every request passes: one that would be refused without `req.auth` and with `req.authError`.
 *
 * A refusal is a response and not an error, so it does not reach your error handlers: `onRefused` of `createGuard` shows it, with
 * the cause of a 503. An unexpected error goes to `next(error)`. Mount CORS middleware first: a preflight has no token.
 *
 * @throws TypeError that names the route option
 */
export function protect(guard: Guard, options: RouteOptions = {}): ExpressMiddleware {
  const route = guard.route(options)
  // Express 4 ignores a promise, so it must not reject.
  return (req, res, next) =>
    whenDecided(
      guard.admit(fromNode(req, req.originalUrl), route),
      ({ principal, refusal }) => {
        req.auth = principal as Principal
        if (refusal) req.authError = refusal
        next()
      },
      (error) => refuse(guard, error, res, next),
    )
}

function refuse(guard: Guard, error: unknown, res: Response, next: NextFunction): void {
  try {
    if (!(error instanceof GuardError)) throw error
    sendRefusal(res, guard.refusal(error))
  } catch (fault) {
    next(fault)
  }
}
