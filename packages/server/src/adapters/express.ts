import type { ServerResponse } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import type { ErrorRequestHandler, Request as ExpressRequest, RequestHandler } from 'express'
import type { Mountable } from './node.js'
import { withSink } from './open-sink.js'
import { isPeerGone } from './peer.js'

/**
 * The auth server as Express middleware: `app.use(mount(auth))`, in Express 4.18 and later. Every request that is not the auth
 * server's goes on to the next handler.
 *
 * Mount it before body parsers. After them it works too, and it answers their errors on its own paths: such an error contains
 * the body with its passwords, and Express would log it.
 *
 * The client's address is `req.ip`, so Express's "trust proxy" decides whether a proxy's header counts.
 *
 * @returns two handlers, one of them for errors; `app.use` and `router.use` take such a list.
 */
export function mount(auth: Mountable): [RequestHandler, ErrorRequestHandler] {
  const errors = new WeakMap<object, unknown>()
  const listener = getRequestListener((request, { incoming, outgoing }) => {
    const { ip: address } = incoming as ExpressRequest
    const failed = errors.has(incoming) ? { error: errors.get(incoming) } : {}
    return withSink(outgoing as ServerResponse, (info) => auth.fetch(request, { ...info, ...failed, address }))
  })
  const answer: RequestHandler = (request, response) => {
    if (isPeerGone(request)) return void request.socket.destroy()
    // Express cuts the mount path off `url`; our paths are whole ones.
    request.url = request.originalUrl
    void listener(request, response)
  }
  return [
    (request, response, next) => {
      if (!auth.owns(pathOf(request.originalUrl))) return next()
      restoreBody(request)
      answer(request, response, next)
    },
    (error, request, response, next) => {
      if (response.headersSent || !auth.owns(pathOf(request.originalUrl))) return next(error)
      errors.set(request, error)
      answer(request, response, next)
    },
  ]
}

function pathOf(url: string): string {
  const query = url.indexOf('?')
  return query < 0 ? url : url.slice(0, query)
}

/** A body parser has read the stream to its end: what it made of the body becomes bytes again. */
function restoreBody(request: ExpressRequest & { rawBody?: unknown }): void {
  const { body } = request as { body: unknown }
  if (body === undefined || !request.readableEnded || Buffer.isBuffer(request.rawBody)) return
  request.rawBody = Buffer.isBuffer(body) ? body : Buffer.from(typeof body === 'string' ? body : toJson(body))
}

/** JSON that nests deeper than the stack cannot be serialised. The lone bracket is refused for what it is: not JSON. */
function toJson(body: unknown): string {
  try {
    return JSON.stringify(body)
  } catch {
    return '['
  }
}
