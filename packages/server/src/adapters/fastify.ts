import type { FastifyInstance, FastifyPluginAsync, FastifyReply, FastifyRequest, RouteShorthandOptions } from 'fastify'
import type { AuthServer } from '../server.js'
import { createNodeHandler } from './node-handler.js'

/**
 * The auth server as a Fastify plugin: `app.register(mount(auth))`, in Fastify 5. It adds routes for the paths of the auth server
 * and nothing else. Your parsers of bodies do not see its requests, wherever they are registered.
 *
 * With a `prefix`, only paths that start with it are served: `basePath` of `createAuthServer` is the whole path,
 * `register(mount(auth), { prefix: '/api' })` needs a base path such as `/api/auth`.
 *
 * Headers that hooks have set, such as those of @fastify/cors, are on every answer, event streams included. `onSend` hooks do not
 * run. The client's address is `request.ip`, so Fastify's `trustProxy` decides whether a proxy's header counts.
 *
 * @throws TypeError if no path of the auth server is below the prefix
 */
export function mount(auth: Pick<AuthServer, 'fetch' | 'paths'>): FastifyPluginAsync {
  const handle = createNodeHandler(auth)
  const answer = (request: FastifyRequest, reply: FastifyReply, failed: { error?: unknown } = {}) => {
    reply.hijack()
    for (const [name, value] of Object.entries(reply.getHeaders())) {
      if (value !== undefined) reply.raw.setHeader(name, value)
    }
    void handle(request.raw, reply.raw, () => ({ ...failed, address: request.ip }))
  }
  return async (app) => {
    leaveBodies(app)
    app.setErrorHandler((error, request, reply) => answer(request, reply, { error }))
    for (const path of pathsBelow(app.prefix, auth.paths))
      app.all(path, options, (request, reply) => answer(request, reply))
  }
}

/** Public for our guard, absent from the pages of @fastify/swagger; how large a body may be is the auth server's to say. */
const options: RouteShorthandOptions = {
  config: { auth: false } as object,
  schema: { hide: true } as object,
  bodyLimit: Number.MAX_SAFE_INTEGER,
}

function leaveBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', (_request, _body, done) => done(null))
}

/** The paths as they are called inside a plugin that has the prefix. */
function pathsBelow(prefix: string, paths: readonly string[]): readonly string[] {
  const below = paths.filter((path) => path.startsWith(`${prefix}/`)).map((path) => path.slice(prefix.length))
  if (below.length > 0) return below
  const [first] = paths
  throw new TypeError(
    `prefix: ${prefix} is not part of ${first}; write createAuthServer({ basePath: '${prefix}${first?.slice(0, -2)}' })`,
  )
}
