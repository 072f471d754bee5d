import type { FastifyPluginCallback, FastifyReply, FastifyRequest, onRequestAsyncHookHandler } from 'fastify'
import type { PageGuard, PageRouteOptions } from '../page/page-guard.js'
import type { PageAnswer, PageRequest } from '../page/page-request.js'
import type { Principal } from '../principal.js'
import { pageFromNode } from './node-page.js'

/**
 * A plugin that answers what a page guard answers itself: the script of the interstitial, the hand-over of an access token and
 * the arrival of a redirect. Register it at the root: `app.register(pageRoutes(pages))`.
 */
export function pageRoutes(pages: PageGuard): FastifyPluginCallback {
  const hook: onRequestAsyncHookHandler = async (request, reply) => {
    const own = await pages.answerOwn(requestOf(request))
    return own && answer(reply, own)
  }
  const plugin: FastifyPluginCallback = (app, _options, done) => {
    app.addHook('onRequest', hook)
    done()
  }
  // Encapsulated, it would answer nothing: what fastify-plugin does.
  return Object.assign(plugin, { [Symbol.for('skip-override')]: true })
}

/**
 * An `onRequest` hook for a page that the server renders: a visit passes with `request.auth` set, or is refreshed in the way of
 * the page guard and comes back, or ends at sign-in. What is no page visit gets 401.
 *
 * @throws TypeError that names the route option
 */
export function protectPage(pages: PageGuard, options: PageRouteOptions = {}): onRequestAsyncHookHandler {
  const route = pages.route(options)
  return async (request, reply) => {
    const decision = await pages.decide(requestOf(request), route)
    // Returned, so that Fastify waits for it and runs no handler.
    if (decision.answer) return answer(reply, decision.answer)
    reply.headers({ ...decision.headers })
    const { principal, refusal } = decision.admission
    request.auth = principal as Principal
    if (refusal) request.authError = refusal
    return undefined
  }
}

function requestOf({ raw, originalUrl }: FastifyRequest): PageRequest {
  return pageFromNode(raw, originalUrl)
}

function answer(reply: FastifyReply, { status, headers, setCookies, body }: PageAnswer): FastifyReply {
  reply.code(status).headers({ ...headers })
  // Fastify appends this header, and replaces all others.
  for (const one of setCookies) reply.header('set-cookie', one)
  // Fastify adds a charset to the type of a string.
  return status === 204 ? reply.send() : reply.send(Buffer.from(body))
}
