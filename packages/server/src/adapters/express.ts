import { getRequestListener } from '@hono/node-server'
import type { Request as ExpressRequest, RequestHandler } from 'express'
import type { Mountable } from './node.js'

/**
 * The auth server as Express middleware: `app.use(mount(auth))`. What is not the auth server's goes on to the next handler.
 *
 * The client's address is `req.ip`, so Express's "trust proxy" decides whether a proxy's word for it counts. It works on
 * either side of `express.json()`.
 */
export function mount(auth: Mountable): RequestHandler {
  const listener = getRequestListener((request, { incoming }) =>
    auth.fetch(request, { address: (incoming as ExpressRequest).ip }),
  )
  return (request, response, next) => {
    if (!auth.owns(pathOf(request.originalUrl))) return next()
    // Express cuts the mount path off `url`; our paths are whole ones.
    request.url = request.originalUrl
    restoreBody(request)
    void listener(request, response)
  }
}

function pathOf(url: string): string {
  const query = url.indexOf('?')
  return query < 0 ? url : url.slice(0, query)
}

/** A body parser has read the stream to its end: what it made of it is spelled again for us. */
function restoreBody(request: ExpressRequest & { rawBody?: unknown }): void {
  const { body } = request as { body: unknown }
  if (body === undefined || !request.readableEnded || Buffer.isBuffer(request.rawBody)) return
  request.rawBody = Buffer.isBuffer(body) ? body : Buffer.from(typeof body === 'string' ? body : spell(body))
}

/** JSON that nests deeper than the stack cannot be spelled; the bracket left over is refused as what it is, not JSON. */
function spell(body: unknown): string {
  try {
    return JSON.stringify(body)
  } catch {
    return '['
  }
}
