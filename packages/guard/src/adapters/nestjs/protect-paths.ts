import type { IncomingMessage, ServerResponse } from 'node:http'
import type { INestApplication } from '@nestjs/common'
import { GuardError } from '../../challenge.js'
import type { Guard } from '../../guard.js'
import type { Route, RouteOptions } from '../../route.js'
import { fromNode } from '../node-request.js'
import { sendRefusal } from '../refusal.js'

/** Of Express, or Node's of Fastify. */
type Request = IncomingMessage & { readonly originalUrl?: string }
type Next = (error?: unknown) => void

/** Fastify's, as far as it is used here. */
interface FastifyRequest {
  readonly raw: IncomingMessage
  readonly routeOptions: { readonly url?: string | undefined }
}
interface FastifyReply {
  readonly raw: ServerResponse
  hijack(): unknown
  getHeaders(): Record<string, number | string | string[] | undefined>
}

/**
 * Guards paths that no controller has, such as the pages of `SwaggerModule`: those are put on the platform itself, where no guard
 * of Nest sees them. Each path covers what is below it. Call it before `SwaggerModule.setup`.
 *
 *     protectPaths(app, guard, ['/docs', '/docs-json', '/docs-yaml'], { scope: 'staff', tokens: [cookie('access_token')] })
 *
 * A browser that opens a page sends no `Authorization`, so pages need a token in a cookie.
 *
 * @param paths whole paths, with the global prefix if they have it
 * @throws TypeError that names the path or the route option
 */
export function protectPaths(
  app: INestApplication,
  guard: Guard,
  paths: readonly string[],
  options: RouteOptions = {},
): void {
  const route = guard.route(options)
  if (!Array.isArray(paths) || paths.length === 0 || !paths.every((path) => /^(\/[\w.~-]+)+$/.test(path))) {
    throw new TypeError(
      "paths: must be a list of one or more paths such as '/docs', without a slash at the end or parameters",
    )
  }
  if (app.getHttpAdapter().getType() === 'fastify') protectOnFastify(app, guard, paths, route)
  else protectOnExpress(app, guard, paths, route)
}

function protectOnExpress(app: INestApplication, guard: Guard, paths: readonly string[], route: Route): void {
  for (const path of paths) {
    app.use(path, async (request: Request, response: ServerResponse, next: Next) => {
      const passed = await admit(guard, route, request, response).catch(next)
      if (passed) next()
    })
  }
}

/** Compares the path of the matched route, so that no spelling of the URL can bypass it. */
function protectOnFastify(app: INestApplication, guard: Guard, paths: readonly string[], route: Route): void {
  const covers = (url = '') => paths.some((path) => url === path || url.startsWith(`${path}/`))
  const fastify = app.getHttpAdapter().getInstance()
  fastify.addHook('onRequest', async ({ raw, routeOptions }: FastifyRequest, reply: FastifyReply) => {
    if (!covers(routeOptions.url)) return
    for (const [name, value] of Object.entries(reply.getHeaders()))
      if (value !== undefined) reply.raw.setHeader(name, value)
    const passed = await admit(guard, route, raw, reply.raw)
    if (!passed) reply.hijack()
  })
}

/** Whether the request passes; otherwise the refusal has been sent. */
async function admit(guard: Guard, route: Route, request: Request, response: ServerResponse): Promise<boolean> {
  try {
    await guard.admit(fromNode(request, request.originalUrl ?? request.url), route)
    return true
  } catch (error) {
    if (!(error instanceof GuardError)) throw error
    sendRefusal(response, guard.refusal(error))
    return false
  }
}
