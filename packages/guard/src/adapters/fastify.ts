import type { FastifyPluginCallback, FastifyReply, FastifyRequest, onRequestAsyncHookHandler } from 'fastify'
import { GuardError, type Refusal } from '../challenge.js'
import { isDecided } from '../decision.js'
import type { Guard } from '../guard.js'
import type { Principal } from '../principal.js'
import type { RouteOptions } from '../route.js'
import { isPageAdmitted, pageGuarded } from './fastify-page-route.js'
import { stopHandling } from './fastify-stop-handling.js'
import { fromNode } from './node-request.js'
import { exposeHeaders, withChallengeExposed } from './refusal.js'

export type { PageRoute } from './fastify-pages.js'
export { pageRoutes, protectPage } from './fastify-pages.js'

declare module 'fastify' {
  interface FastifyRequest {
    /**
     * Who makes the request. Set by `protect` and `protectAll`. Undefined on a public route, and on an optional one where
     * `authError` says why, which the type cannot tell.
     */
    auth: Principal
    /** Why a request passed an optional route without `auth`. */
    authError?: GuardError
  }
  interface FastifyContextConfig {
    /**
     * For `protectAll`: what this route requires instead of the plugin's options, or `false` to leave it open to everybody.
     * `protectPage` writes its mark here.
     */
    auth?: false | RouteOptions | typeof pageGuarded
  }
}

/**
 * An `onRequest` hook for one route: lets a request pass with `request.auth` set, or answers with the challenge and a problem
 * (RFC 9457), or in the guard's `envelope`, before the body of the request is read. For Fastify 5.
 *
 *     app.get('/orders', { onRequest: protect(guard, { scope: 'orders' }) }, handler)
 *
 * Fastify ignores a hook that is undefined. With {@link protectAll} a route is guarded even then.
 *
 * With `optional: true` every request passes: one that would be refused without `request.auth` and with `request.authError`.
 *
 * A refusal is a response and not an error, so it does not reach your error handler: `onRefused` of `createGuard` shows it, with
 * the cause of a 503. An unexpected error does reach it. Register @fastify/cors first: a preflight has no token.
 *
 * @throws TypeError that names the route option
 */
export function protect(guard: Guard, options: RouteOptions = {}): onRequestAsyncHookHandler {
  const route = guard.route(options)
  return (request, reply) => pass(guard, request, reply, route)
}

/**
 * A plugin that guards every route of the instance it is registered in, of its children, and the pages that do not exist: at the
 * root the whole application, in a child that child only. It does not matter whether a route is declared before or after.
 *
 *     app.register(protectAll(guard))
 *     app.get('/orders', { config: { auth: { scope: 'orders' } } }, handler)
 *     app.get('/prices', { config: { auth: false } }, handler)
 *
 * A route is open only if its `config.auth` is `false`. `config.auth` replaces the options given here. Pages with `protectPage`
 * are left to their page guard.
 *
 * @throws TypeError that names the route option; for `config.auth` when the route is declared
 */
export function protectAll(guard: Guard, options: RouteOptions = {}): FastifyPluginCallback {
  guard.route(options)
  const plugin: FastifyPluginCallback = (app, _options, done) => {
    app.addHook('onRoute', ({ config: { auth } = {} }) => {
      if (auth !== false && auth !== pageGuarded) guard.route(auth)
    })
    const hook: onRequestAsyncHookHandler = async (request, reply) => {
      const { auth = options } = request.routeOptions.config
      return auth === false || auth === pageGuarded ? undefined : pass(guard, request, reply, auth)
    }
    app.addHook('onRequest', hook)
    // Runs after all `onRequest` hooks and before the body is read: guards a page whose own hook was replaced.
    app.addHook('preParsing', async (request, reply) => {
      const isUnchecked = request.routeOptions.config.auth === pageGuarded && !isPageAdmitted(request)
      if (isUnchecked) await pass(guard, request, reply, options)
    })
    done()
  }
  // Disables encapsulation, as fastify-plugin does: otherwise only routes of this plugin would be guarded.
  return Object.assign(plugin, { [Symbol.for('skip-override')]: true })
}

async function pass(guard: Guard, request: FastifyRequest, reply: FastifyReply, route: RouteOptions): Promise<unknown> {
  try {
    const decision = guard.admit(fromNode(request.raw, request.originalUrl), route)
    const { principal, refusal } = isDecided(decision) ? decision : await decision
    request.auth = principal as Principal
    if (refusal) request.authError = refusal
    return undefined
  } catch (error) {
    if (!(error instanceof GuardError)) throw error
    answer(reply, guard.refusal(error))
    return stopHandling()
  }
}

function answer(reply: FastifyReply, { status, headers, body }: Refusal): void {
  reply.code(status).headers(headers)
  if ('www-authenticate' in headers) {
    reply.header(exposeHeaders, withChallengeExposed(reply.getHeader(exposeHeaders)))
  }
  // Fastify adds a charset to the type of a string.
  reply.send(Buffer.from(body))
}
