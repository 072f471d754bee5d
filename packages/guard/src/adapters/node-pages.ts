import type { IncomingMessage, ServerResponse } from 'node:http'
import type { GuardError } from '../challenge.js'
import type { PageGuard, PageRouteOptions } from '../page/page-guard.js'
import type { Principal } from '../principal.js'
import { pageFromNode, sendPage } from './node-page.js'

/** Renders the page of a visit that passed. */
export type PageListener<Req extends IncomingMessage, Res extends ServerResponse> = (
  request: Req,
  response: Res,
  /** Undefined only on an optional route. */
  principal: Principal,
  authError: GuardError | undefined,
) => unknown

/**
 * Answers what a page guard answers itself: the script of the interstitial, the hand-over of an access token and the arrival of
 * a redirect.
 *
 *     if (await answerOwn(request, response)) return
 *
 * @returns a function whose promise says whether it has answered
 */
export function pageRoutes(pages: PageGuard): (request: IncomingMessage, response: ServerResponse) => Promise<boolean> {
  return async (request, response) => {
    const answer = await pages.answerOwn(pageFromNode(request))
    if (answer) sendPage(response, answer)
    return answer !== undefined
  }
}

/**
 * Guards a page that the server renders: a visit that passes reaches your listener, another is refreshed in the way of the page
 * guard and comes back, or ends at sign-in. What is no page visit gets 401. Unexpected errors, and those of your listener,
 * reject the promise.
 *
 * @throws TypeError that names the route option
 */
export function protectPage<Req extends IncomingMessage, Res extends ServerResponse>(
  pages: PageGuard,
  options: PageRouteOptions,
  listener: PageListener<Req, Res>,
): (request: Req, response: Res) => Promise<void> {
  const route = pages.route(options)
  return async (request, response) => {
    const visit = pageFromNode(request)
    const own = await pages.answerOwn(visit)
    if (own) return sendPage(response, own)
    const decision = await pages.decide(visit, route)
    if (decision.answer) return sendPage(response, decision.answer)
    for (const [name, value] of Object.entries(decision.headers)) response.setHeader(name, value)
    const { principal, refusal } = decision.admission
    await listener(request, response, principal as Principal, refusal)
  }
}
