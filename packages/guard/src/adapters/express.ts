import type { Request, RequestHandler } from 'express'
import { GuardError } from '../challenge.js'
import type { Guard } from '../guard.js'
import type { Principal } from '../principal.js'
import type { RouteOptions } from '../route.js'

declare global {
  namespace Express {
    interface Request {
      /** Who makes the request. Set by `protect`, so it is there in the handlers behind it and only there. */
      auth: Principal
    }
  }
}

/**
 * Lets a request pass with `req.auth` set, or answers with the challenge and a problem (RFC 9457). The request's body is
 * not touched. For Express 5.
 *
 * @throws TypeError where the route asks for something that does not exist
 */
export function protect(guard: Guard, options: RouteOptions = {}): RequestHandler {
  const route = guard.route(options)
  return async (req, res, next) => {
    try {
      req.auth = await guard.check({ get: () => authorization(req) }, route)
    } catch (error) {
      if (!(error instanceof GuardError)) throw error
      res.status(error.status)
      // Plain Node's, because Express would add a charset that this media type does not have.
      for (const [name, value] of Object.entries(error.headers())) res.setHeader(name, value)
      res.end(JSON.stringify(error.problem()))
      return
    }
    next()
  }
}

/** `req.headers` keeps the first of two `Authorization` headers silently. HTTP/2 requests have only that. */
function authorization(req: Request): string | undefined {
  return req.headersDistinct?.authorization?.join(', ') ?? req.headers.authorization
}
