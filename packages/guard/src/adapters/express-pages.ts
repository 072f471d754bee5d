import type { PageGuard, PageRouteOptions } from '../page/page-guard.js'
import type { Principal } from '../principal.js'
import type { ExpressMiddleware } from './express-middleware.js'
import { mountPages, requireMounted } from './mounted-pages.js'
import { pageFromNode, sendPage } from './node-page.js'

/**
 * Serves the page guard's own endpoints: the script of the interstitial, the hand-over of an access token and the return from a
 * redirect. Mount it at the root of the site, before body parsers: `app.use(pageRoutes(pages))`.
 */
export function pageRoutes(pages: PageGuard): ExpressMiddleware {
  mountPages(pages)
  return async (req, res, next) => {
    try {
      const answer = await pages.answerOwn(pageFromNode(req, req.originalUrl))
      if (answer) sendPage(res, answer)
      else next()
    } catch (error) {
      next(error)
    }
  }
}

/**
 * Guards a page that the server renders: a visit passes with `req.auth` set, or is refreshed by the page guard and
 * comes back, or ends at sign-in. Other requests get 401. Mount `pageRoutes` before.
 *
 * With `optional: true` everybody sees the page: without a good token `req.auth` is undefined, and `req.authError` says why.
 *
 * @throws TypeError that names the route option
 */
export function protectPage(pages: PageGuard, options?: PageRouteOptions): ExpressMiddleware {
  const route = pages.route(options)
  return async (req, res, next) => {
    try {
      requireMounted(pages)
      const decision = await pages.decide(pageFromNode(req, req.originalUrl), route)
      if (decision.answer) return sendPage(res, decision.answer)
      const { admission, headers } = decision
      for (const [name, value] of Object.entries(headers)) res.setHeader(name, value)
      req.auth = admission.principal as Principal
      if (admission.refusal) req.authError = admission.refusal
    } catch (error) {
      next(error)
      return
    }
    next()
  }
}
