import type { Context, Middleware } from 'koa'
import type { PageGuard, PageRouteOptions, RequiredPageRoute } from '../page/page-guard.js'
import type { PageAnswer, PageRequest } from '../page/page-request.js'
import type { GuardState, OptionalGuardState } from './koa-state.js'
import { mountPages, requireMounted } from './mounted-pages.js'
import { readNodeForm } from './node-form.js'
import { pageFromNode } from './node-page.js'

/**
 * Serves the page guard's own endpoints: the script of the interstitial, the hand-over of an access token and the return from a
 * redirect. Mount it at the root of the site: `app.use(pageRoutes(pages))`.
 */
export function pageRoutes(pages: PageGuard): Middleware {
  mountPages(pages)
  return async (ctx, next) => {
    const own = await pages.answerOwn(requestOf(ctx as Context))
    return own ? answer(ctx as Context, own) : next()
  }
}

/**
 * Guards a page that the server renders: a visit passes with `ctx.state.auth` set, or is refreshed by the page guard
 * and comes back, or ends at sign-in. Other requests get 401. Mount `pageRoutes` before.
 *
 * With `optional: true` everybody sees the page: without a good token `auth` is undefined, and `ctx.state.authError` says why.
 *
 * @throws TypeError that names the route option
 */
export function protectPage(pages: PageGuard, options?: RequiredPageRoute): Middleware<GuardState>
export function protectPage(pages: PageGuard, options: PageRouteOptions): Middleware<OptionalGuardState>
export function protectPage(pages: PageGuard, options?: PageRouteOptions): Middleware {
  const route = pages.route(options)
  return async (context, next) => {
    const ctx = context as unknown as Context
    requireMounted(pages)
    const decision = await pages.decide(requestOf(ctx), route)
    if (decision.answer) return answer(ctx, decision.answer)
    ctx.set({ ...decision.headers })
    Object.assign(ctx.state, { auth: decision.admission.principal, authError: decision.admission.refusal })
    return next()
  }
}

function requestOf({ req, originalUrl, request }: Context): PageRequest {
  const { body } = request as { readonly body?: unknown }
  return { ...pageFromNode(req, originalUrl), form: (limit) => readNodeForm(req, limit, body) }
}

function answer(ctx: Context, { status, headers, setCookies, body }: PageAnswer): void {
  ctx.status = status
  ctx.set({ ...headers })
  // One header each, behind those that were set before.
  for (const one of setCookies) ctx.append('set-cookie', one)
  if (status !== 204) ctx.body = body
}
