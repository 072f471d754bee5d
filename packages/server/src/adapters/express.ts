import type { ErrorRequestHandler, Request, RequestHandler, Response } from 'express'
import type { Mountable } from './node.js'
import { createNodeHandler, pathOf } from './node-handler.js'
import { restoreBody } from './parsed-body.js'

/**
 * The auth server as Express middleware: `app.use(mount(auth))`, in Express 4.18 and later. All other requests continue to the next
 * handler.
 *
 * Mount it before body parsers. After them it works too, and it answers their errors on its own paths, because such an error contains
 * the body with its passwords and Express would log it.
 *
 * The client's address is `req.ip`, so Express's "trust proxy" decides whether a proxy's header counts.
 *
 * @returns two handlers, one of them for errors; `app.use` and `router.use` accept such a list.
 */
export function mount(auth: Mountable): [RequestHandler, ErrorRequestHandler] {
  const handle = createNodeHandler(auth)
  const answer = (request: Request, response: Response, failure: { error?: unknown }) => {
    // Express removes the mount path from `url`, but the auth server expects whole paths.
    request.url = request.originalUrl
    void handle(request, response, () => ({ ...failure, address: request.ip }))
  }
  return [
    (request, response, next) => {
      if (!auth.owns(pathOf(request.originalUrl))) return next()
      answer(request, response, restoreBody(request, request.body))
    },
    (error, request, response, next) => {
      if (response.headersSent || !auth.owns(pathOf(request.originalUrl))) return next(error)
      answer(request, response, { error })
    },
  ]
}
