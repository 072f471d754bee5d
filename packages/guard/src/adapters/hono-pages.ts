import type { MiddlewareHandler } from 'hono'
import type { PageGuard, PageRouteOptions, RequiredPageRoute } from '../page/page-guard.js'
import type { GuardVariables, OptionalGuardVariables } from './hono-variables.js'
import { mountPages, requireMounted } from './mounted-pages.js'
import { pageFromRequest, toResponse } from './web-page.js'

/**
 * Serves the page guard's own endpoints: the script of the interstitial, the hand-over of an access token and the return from a
 * redirect. Mount it at the root of the site: `app.use(pageRoutes(pages))`.
 */
export function pageRoutes(pages: PageGuard): MiddlewareHandler {
  mountPages(pages)
  return async (c, next) => {
    const answer = await pages.answerOwn(pageFromRequest(c.req.raw))
    return answer ? toResponse(answer) : next()
  }
}

/**
 * Guards a page that the server renders: a visit passes with the variable `auth` set, or is refreshed by the page
 * guard and comes back, or ends at sign-in. Other requests get 401. Mount `pageRoutes` before.
 *
 * With `optional: true` everybody sees the page: without a good token `auth` is undefined, and the variable `authError` says why.
 *
 * @throws TypeError that names the route option
 */
export function protectPage(
  pages: PageGuard,
  options?: RequiredPageRoute,
): MiddlewareHandler<{ Variables: GuardVariables }>
export function protectPage(
  pages: PageGuard,
  options: PageRouteOptions,
): MiddlewareHandler<{ Variables: OptionalGuardVariables }>
export function protectPage(pages: PageGuard, options?: PageRouteOptions): MiddlewareHandler {
  const route = pages.route(options)
  return async (c, next) => {
    requireMounted(pages)
    const decision = await pages.decide(pageFromRequest(c.req.raw), route)
    if (decision.answer) return toResponse(decision.answer)
    for (const [name, value] of Object.entries(decision.headers)) c.header(name, value)
    const { principal, refusal } = decision.admission
    c.set('auth', principal)
    if (refusal) c.set('authError', refusal)
    return next()
  }
}
