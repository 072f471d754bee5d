import type { FastifyPluginCallback, FastifyReply, FastifyRequest, onRequestAsyncHookHandler } from 'fastify'
import type { PageGuard, PageRouteOptions } from '../page/page-guard.js'
import type { PageAnswer, PageRequest } from '../page/page-request.js'
import type { Principal } from '../principal.js'
import { markPageAdmitted, pageGuarded } from './fastify-page-route.js'
import { stopHandling } from './fastify-stop-handling.js'
import { mountPages, requireMounted } from './mounted-pages.js'
import { pageFromNode } from './node-page.js'

/**
 * A plugin that serves the page guard's own endpoints: the script of the interstitial, the hand-over of an access token and the
 * return from a redirect. Register it at the root: `app.register(pageRoutes(pages))`. `protectAll` leaves its routes open.
 */
export function pageRoutes(pages: PageGuard): FastifyPluginCallback {
  mountPages(pages)
  // In a hook, so that the body is not parsed first.
  const onRequest: onRequestAsyncHookHandler = async (request, reply) => {
    const own = await pages.answerOwn(requestOf(request))
    if (own) answer(reply, own)
    else reply.code(404).send()
    return stopHandling()
  }
  const plugin: FastifyPluginCallback = (app, _options, done) => {
    app.all(`${pages.path}/*`, { onRequest, config: { auth: false } }, () => undefined)
    done()
  }
  // Disables encapsulation, as fastify-plugin does: otherwise the hook would apply to no other routes.
  return Object.assign(plugin, { [Symbol.for('skip-override')]: true })
}

/** The options of a route that is a page. */
export interface PageRoute {
  /** Checks the visit before its body is read. */
  readonly onRequest: onRequestAsyncHookHandler
  /** Tells the plugin that the route is a page. */
  readonly config: { readonly auth: typeof pageGuarded }
}

/**
 * The options of a route that is a page which the server renders: a visit passes with `request.auth` set, or is refreshed by the
 * page guard and comes back, or ends at sign-in. Other requests get 401. Register `pageRoutes` too.
 *
 *     app.get('/orders', protectPage(pages, { scope: 'orders' }), handler)
 *
 * `protectAll` leaves such a route to the page guard, and guards it itself where the hook has been replaced. With further options
 * write `{ ...page, schema }`, and for hooks of your own `{ ...page, onRequest: [page.onRequest, yours] }`.
 *
 * With `optional: true` everybody sees the page: without a good token `request.auth` is undefined, and `request.authError` says
 * why.
 *
 * @throws TypeError that names the route option
 */
export function protectPage(pages: PageGuard, options?: PageRouteOptions): PageRoute {
  const route = pages.route(options)
  const onRequest: onRequestAsyncHookHandler = async (request, reply) => {
    requireMounted(pages)
    const decision = await pages.decide(requestOf(request), route)
    if (decision.answer) {
      answer(reply, decision.answer)
      return stopHandling()
    }
    reply.headers({ ...decision.headers })
    const { principal, refusal } = decision.admission
    request.auth = principal as Principal
    if (refusal) request.authError = refusal
    markPageAdmitted(request)
    return undefined
  }
  return { onRequest, config: { auth: pageGuarded } }
}

function requestOf({ raw, originalUrl }: FastifyRequest): PageRequest {
  return pageFromNode(raw, originalUrl)
}

function answer(reply: FastifyReply, { status, headers, setCookies, body }: PageAnswer): void {
  reply.code(status).headers({ ...headers })
  // Fastify appends this header, and replaces all others.
  for (const one of setCookies) reply.header('set-cookie', one)
  // Fastify adds a charset to the type of a string.
  if (status === 204) reply.send()
  else reply.send(Buffer.from(body))
}
