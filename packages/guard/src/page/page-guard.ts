import { isPageVisit, notSentFragment, rawPathOf } from '@sessionward/protocol'
import type { GuardError } from '../challenge.js'
import { headerOf } from '../credentials.js'
import type { Admission, Guard } from '../guard.js'
import type { Route, RouteOptions } from '../route.js'
import { cookie, type TokenSource } from '../token-source.js'
import { errorPage } from './error-page.js'
import { interstitialPage } from './interstitial.js'
import { isLoop } from './loop-detection.js'
import { PageEndpoints } from './page-endpoints.js'
import { type PageConfig, type PageGuardOptions, readPageOptions } from './page-options.js'
import { addressOf, checkOrigin, formPageOf, type PageAnswer, type PageRequest } from './page-request.js'
import { seeOther, throughAuthServer } from './redirect.js'
import { signInAddress } from './sign-in.js'
import { admitVisit } from './visit-check.js'

/** What a page requires beyond a valid access cookie. */
export type PageRouteOptions = Omit<RouteOptions, 'tokens'>

/** Options of a page whose handler always has a principal. */
export type RequiredPageRoute = PageRouteOptions & { readonly optional?: false }

/** Either the visit passes, with headers for the page, or the page guard has the response. */
export type PageDecision =
  | { readonly admission: Admission; readonly headers: Readonly<Record<string, string>>; readonly answer?: undefined }
  | { readonly admission?: undefined; readonly answer: PageAnswer }

/** Decides whether the pages of a site may be shown. Create one for each site, and keep it while the server runs. */
export interface PageGuard {
  /** Path of what `answerOwn` answers, such as `/sessionward`. */
  readonly path: string
  /**
   * Checks the options of a route once, before its first request. The same object, or none, gives the same route.
   *
   * @throws TypeError that names the option
   */
  route(options?: PageRouteOptions): Route
  /**
   * Decides about a request. Calls with the same `key` and route return the same promise, so that parallel loaders of one
   * request share one check and one response.
   *
   * @throws TypeError if `key` is no object
   * @throws Error for a path of the page guard's own: `answerOwn` comes first
   * @throws other errors that are not refusals, such as one of the application's own code
   */
  decide(request: PageRequest, route: Route): Promise<PageDecision>
  /** The answer where the path is below `path`, and so the page guard's own; otherwise undefined. */
  answerOwn(request: PageRequest): Promise<PageAnswer | undefined>
}

const keyMissing =
  'key: must be an object that is the same for all loaders of one request; pass the request of the framework, such as req'

/** Personal pages must not be cached, and going back must request them again. */
const guardedHeaders = { 'cache-control': 'private, no-store' }

/**
 * Creates the page guard of a server-rendered site. The access token is in a cookie that is deleted when the browser closes. A
 * visit without a valid one is refreshed by the method of the option `refresh`, without an error page.
 *
 * @throws TypeError that names the option and what was expected
 */
export function createPageGuard(guard: Guard, options: PageGuardOptions): PageGuard {
  if (typeof guard?.admit !== 'function') throw new TypeError('guard: must be made by createGuard({ ... })')
  return new CookiePageGuard(guard, readPageOptions(options))
}

class CookiePageGuard implements PageGuard {
  readonly path: string
  readonly #guard: Guard
  readonly #config: PageConfig
  readonly #source: TokenSource
  readonly #own: PageEndpoints
  readonly #defaultRoute: Route
  /** By options object, so that parallel loaders get the same route and share its decision. */
  readonly #routes = new WeakMap<PageRouteOptions, Route>()
  readonly #decisions = new WeakMap<object, Map<Route, Promise<PageDecision>>>()

  constructor(guard: Guard, config: PageConfig) {
    this.path = config.path
    this.#guard = guard
    this.#config = config
    const { place, read } = cookie(config.cookie.name)
    // Not `ambient`: the page guard checks the origin itself, also for requests without a cookie.
    this.#source = { place, read }
    this.#own = new PageEndpoints(guard, config, this.#source)
    this.#defaultRoute = guard.route({ tokens: [this.#source] })
  }

  route(options?: PageRouteOptions): Route {
    if (options === undefined) return this.#defaultRoute
    const route = this.#routes.get(options) ?? this.#guard.route({ ...options, tokens: [this.#source] })
    this.#routes.set(options, route)
    return route
  }

  decide(request: PageRequest, route: Route): Promise<PageDecision> {
    if (typeof request?.key !== 'object' || request.key === null) return Promise.reject(new TypeError(keyMissing))
    const ofRequest = this.#decisions.get(request.key) ?? new Map<Route, Promise<PageDecision>>()
    this.#decisions.set(request.key, ofRequest)
    const decision = ofRequest.get(route) ?? this.#decide(request, route)
    ofRequest.set(route, decision)
    return decision
  }

  answerOwn(request: PageRequest): Promise<PageAnswer | undefined> {
    return this.#own.answer(request)
  }

  async #decide(request: PageRequest, route: Route): Promise<PageDecision> {
    if (this.#own.has(request)) throw new Error(`${this.path}: mount pageRoutes, or call answerOwn, before protectPage`)
    try {
      checkOrigin(request, this.#config)
    } catch (error) {
      return { answer: await this.#refuse(request, error as GuardError) }
    }
    const { admission, error } = await admitVisit(this.#guard, request, route)
    return admission ? { admission, headers: guardedHeaders } : { answer: await this.#refuse(request, error) }
  }

  async #refuse(request: PageRequest, error: GuardError): Promise<PageAnswer> {
    const { headers, method } = request
    if (!isPageVisit(method, (name) => headerOf(headers, name)))
      return { ...this.#guard.refusal(error), setCookies: [] }
    if (error.status !== 401) return errorPage(error, request)
    this.#requireOpenSignIn(request)
    // Only a new sign-in helps: the route requires a recent one, or refreshed tokens are not accepted here.
    const circles = error.verdict === 'refresh' && isLoop(headers, this.#source.read(request))
    if (error.verdict === 'fix' || circles) return this.#toSignIn(request, error)
    const { refresh } = this.#config
    switch (refresh.kind) {
      case 'interstitial':
        return interstitialPage(request, this.#config, refresh, error, await this.#own.scriptAddress())
      case 'redirect':
        return throughAuthServer(request, this.#config, refresh)
    }
  }

  #toSignIn(request: PageRequest, error: GuardError): PageAnswer {
    const { origin } = this.#config
    const back = request.method === 'POST' ? formPageOf(request, origin) + notSentFragment : addressOf(request, origin)
    return seeOther(signInAddress(this.#config, back, error.code), this.#own.clearedCookies())
  }

  #requireOpenSignIn(request: PageRequest): void {
    const { signIn, origin } = this.#config
    if (origin !== signIn.origin || rawPathOf(request.url) !== signIn.pathname) return
    throw new Error(`${signIn.pathname} is guarded, and nobody could sign in: mount it before protectPage`)
  }
}
