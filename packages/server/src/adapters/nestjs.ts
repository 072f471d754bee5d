import type { IncomingMessage, ServerResponse } from 'node:http'
import { mount as mountOnExpress } from './express.js'
import type { Mountable } from './node.js'

/** Passes a request on. */
type Next = (error?: unknown) => void
/** Middleware of Express. */
type Middleware = (request: IncomingMessage, response: ServerResponse, next: Next) => void
/** Middleware of Express for errors. */
type ErrorMiddleware = (error: unknown, request: IncomingMessage, response: ServerResponse, next: Next) => void

/**
 * The auth server in a Nest application, on Express and Fastify: `app.use(mount(auth))` in `main.ts`, before `enableCors` and
 * `listen`. Every request that is not the auth server's goes on to the application.
 *
 * It is middleware and no controller: global guards, pipes, interceptors, filters and the global prefix are not for its paths.
 * Its whole path is `basePath` of `createAuthServer`. Nest's body parsers run later, with `rawBody` too; after parsers that the
 * application has put before it, it works as well.
 *
 * The client's address is `request.ip`, so `app.set('trust proxy', ...)` of Express, or `new FastifyAdapter({ trustProxy })`,
 * decides whether a proxy's header counts. Close the auth server when the application shuts down.
 */
export function mount(auth: Mountable): [Middleware, ErrorMiddleware] {
  const [handle, answerError] = mountOnExpress(auth) as unknown as [Middleware, ErrorMiddleware]
  return [
    // Fastify's middleware plugin gives its requests `ip` and `originalUrl`, as Express does.
    handle,
    (error, request, response, next) => {
      if (next !== undefined) answerError(error, request, response, next)
      // That plugin knows no handlers of errors and calls this as (request, response, next).
      else (response as unknown as Next)()
    },
  ]
}
