import type { IncomingMessage, ServerResponse } from 'node:http'
import type { GuardError } from '../challenge.js'
import type { PageGuard, PageRouteOptions, RequiredPageRoute } from '../page/page-guard.js'
import { mountPages, requireMounted } from './mounted-pages.js'
import { answerError, type ErrorListener, type OptionalListener, type ProtectedListener } from './node-listeners.js'
import { pageFromNode, sendPage } from './node-page.js'

/**
 * Serves the page guard's own endpoints: the script of the interstitial, the hand-over of an access token and the return from a
 * redirect.
 *
 *     if (await answerOwn(request, response)) return
 *
 * @returns a function whose promise says whether it has answered
 */
export function pageRoutes(pages: PageGuard): (request: IncomingMessage, response: ServerResponse) => Promise<boolean> {
  mountPages(pages)
  return async (request, response) => {
    const answer = await pages.answerOwn(pageFromNode(request))
    if (answer) sendPage(response, answer)
    return answer !== undefined
  }
}

/**
 * Guards a page that the server renders: a visit that passes reaches your listener, another is refreshed by the page
 * guard and comes back, or ends at sign-in. Other requests get 401. Call `pageRoutes` before.
 *
 * With `optional: true` everybody sees the page: `(request, response, principal, authError)`, where a visit without a good token
 * has no principal, and `authError` says why.
 *
 * @param onError gets what your listener throws or rejects with, and other unexpected errors. Default: prints the error to the
 * console, and answers 500, or closes the connection if the response has begun
 * @throws TypeError that names the route option
 */
export function protectPage<Req extends IncomingMessage, Res extends ServerResponse>(
  pages: PageGuard,
  options: RequiredPageRoute,
  listener: ProtectedListener<Req, Res>,
  onError?: ErrorListener<Req, Res>,
): (request: Req, response: Res) => Promise<void>
export function protectPage<Req extends IncomingMessage, Res extends ServerResponse>(
  pages: PageGuard,
  options: PageRouteOptions,
  listener: OptionalListener<Req, Res>,
  onError?: ErrorListener<Req, Res>,
): (request: Req, response: Res) => Promise<void>
export function protectPage<Req extends IncomingMessage, Res extends ServerResponse>(
  pages: PageGuard,
  options: PageRouteOptions,
  // Of an optional page; on any other the third argument is never undefined.
  listener: (request: Req, response: Res, principal: never, authError: GuardError | undefined) => unknown,
  onError: ErrorListener<Req, Res> = answerError,
): (request: Req, response: Res) => Promise<void> {
  const route = pages.route(options)
  const answer = async (request: Req, response: Res) => {
    requireMounted(pages)
    const decision = await pages.decide(pageFromNode(request), route)
    if (decision.answer) return sendPage(response, decision.answer)
    for (const [name, value] of Object.entries(decision.headers)) response.setHeader(name, value)
    const { principal, refusal } = decision.admission
    await listener(request, response, principal as never, refusal)
  }
  // Node ignores the promise of a listener: a rejection would end the process.
  return (request, response) => answer(request, response).catch((error) => onError(error, request, response))
}
