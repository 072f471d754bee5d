import type { MiddlewareHandler } from 'hono'
import type { PageGuard, PageRouteOptions } from '../page/page-guard.js'
import type { Principal } from '../principal.js'
import { pageFromRequest, toResponse } from './web-page.js'

/**
 * Answers what a page guard answers itself: the script of the interstitial, the hand-over of an access token and the arrival of
 * a redirect. Mount it at the root of the site: `app.use(pageRoutes(pages))`.
 */
export function pageRoutes(pages: PageGuard): MiddlewareHandler {
  return async (c, next) => {
    const answer = await pages.answerOwn(pageFromRequest(c.req.raw))
    return answer ? toResponse(answer) : next()
  }
}

/**
 * Guards a page that the server renders: a visit passes with the variable `auth` set, or is refreshed in the way of the page
 * guard and comes back, or ends at sign-in. What is no page visit gets 401. Mounted for a whole site, it is `pageRoutes` too.
 *
 * @throws TypeError that names the route option
 */
export function protectPage(
  pages: PageGuard,
  options: PageRouteOptions = {},
): MiddlewareHandler<{ Variables: { readonly auth: Principal } }> {
  const route = pages.route(options)
  return async (c, next) => {
    const request = pageFromRequest(c.req.raw)
    const own = await pages.answerOwn(request)
    if (own) return toResponse(own)
    const decision = await pages.decide(request, route)
    if (decision.answer) return toResponse(decision.answer)
    for (const [name, value] of Object.entries(decision.headers)) c.header(name, value)
    const { principal, refusal } = decision.admission
    c.set('auth', principal as typeof c.var.auth)
    if (refusal) c.set('authError' as never, refusal as never)
    return next()
  }
}
