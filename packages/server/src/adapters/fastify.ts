import type { FastifyInstance, FastifyPluginAsync, FastifyReply, FastifyRequest, RouteShorthandOptions } from 'fastify'
import type { AuthServer } from '../auth-server.js'
import { createNodeHandler } from './node-handler.js'

/**
 * The auth server as a Fastify plugin: `app.register(mount(auth))`, in Fastify 5. It adds only the routes of the auth server. Your
 * body parsers do not receive its requests, wherever they are registered.
 *
 * With a `prefix`, only paths that start with it are served. `basePath` of `createAuthServer` is the whole path:
 * `register(mount(auth), { prefix: '/api' })` requires a base path such as `/api/auth`.
 *
 * Every answer, event streams included, has the headers that hooks have set, such as those of @fastify/cors. `onSend` hooks do not
 * run. The client's address is `request.ip`, so Fastify's `trustProxy` decides whether a proxy's header is used.
 *
 * @throws TypeError if no path of the auth server is below the prefix.
 */
export function mount(auth: Pick<AuthServer, 'fetch' | 'paths'>): FastifyPluginAsync {
  const handle = createNodeHandler(auth)
  const answer = (request: FastifyRequest, reply: FastifyReply, failure: { error?: unknown } = {}) => {
    reply.hijack()
    for (const [name, value] of Object.entries(reply.getHeaders())) {
      if (value !== undefined) reply.raw.setHeader(name, value)
    }
    void handle(request.raw, reply.raw, () => ({ ...failure, address: request.ip }))
  }
  return async (app) => {
    disableBodyParsers(app)
    app.setErrorHandler((error, request, reply) => answer(request, reply, { error }))
    for (const path of pathsBelow(app.prefix, auth.paths))
      app.all(path, options, (request, reply) => answer(request, reply))
  }
}

/** Public for our guard, hidden from @fastify/swagger, and without Fastify's body limit: the auth server has its own. */
const options: RouteShorthandOptions = {
  config: { auth: false } as object,
  schema: { hide: true } as object,
  bodyLimit: Number.MAX_SAFE_INTEGER,
}

function disableBodyParsers(app: FastifyInstance): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', (_request, _body, done) => done(null))
}

/** The paths relative to the prefix of the plugin. */
function pathsBelow(prefix: string, paths: readonly string[]): readonly string[] {
  const below = paths.filter((path) => path.startsWith(`${prefix}/`)).map((path) => path.slice(prefix.length))
  if (below.length > 0) return below
  const [first] = paths
  throw new TypeError(
    `prefix: ${prefix} is not part of ${first}; write createAuthServer({ basePath: '${prefix}${first?.slice(0, -2)}' })`,
  )
}
