import type { IncomingMessage, ServerResponse } from 'node:http'
import { mount as mountOnExpress } from './express.js'
import type { Mountable } from './node.js'

/** Continues with the next handler. */
type Next = (error?: unknown) => void
/** Middleware of Express. */
type Middleware = (request: IncomingMessage, response: ServerResponse, next: Next) => void
/** Middleware of Express for errors. */
type ErrorMiddleware = (error: unknown, request: IncomingMessage, response: ServerResponse, next: Next) => void

/**
 * The auth server in a Nest application, on Express and Fastify: `app.use(mount(auth))` in `main.ts`, before `enableCors` and
 * `listen`. All other requests continue to the application.
 *
 * It is middleware, not a controller: global guards, pipes, interceptors, filters and the global prefix do not apply to its paths.
 * Its whole path is `basePath` of `createAuthServer`. Nest's body parsers run later, also with `rawBody`; it works after parsers that
 * the application registers before it, too.
 *
 * The client's address is `request.ip`, so `app.set('trust proxy', ...)` of Express, or `new FastifyAdapter({ trustProxy })`,
 * decides whether a proxy's header is used. Close the auth server when the application shuts down.
 */
export function mount(auth: Mountable): [Middleware, ErrorMiddleware] {
  const [handle, answerError] = mountOnExpress(auth) as unknown as [Middleware, ErrorMiddleware]
  return [
    // Requests of Fastify's middleware plugin have `ip` and `originalUrl`, like those of Express.
    handle,
    (error, request, response, next) => {
      if (next !== undefined) answerError(error, request, response, next)
      // That plugin does not support error handlers, and calls this as (request, response, next).
      else (response as unknown as Next)()
    },
  ]
}
