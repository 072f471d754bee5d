import { isPageVisit, notSentFragment } from '@sessionward/protocol'
import type { GuardError } from '../challenge.js'
import { headerOf } from '../credentials.js'
import type { Admission, Guard } from '../guard.js'
import type { Route, RouteOptions } from '../route.js'
import { cookie, type TokenSource } from '../token-source.js'
import { errorPage } from './error-page.js'
import { interstitialPage } from './interstitial.js'
import { isLoop } from './marker.js'
import { type PageConfig, type PageGuardOptions, readPageOptions } from './options.js'
import { OwnPaths } from './own-paths.js'
import { addressOf, checkOrigin, formPageOf, type PageAnswer, type PageRequest } from './page-request.js'
import { seeOther, throughAuthServer } from './redirect.js'
import { signInAddress } from './sign-in.js'
import { checkVisit } from './visit-check.js'

/** What a page requires beyond a valid access cookie. */
export type PageRouteOptions = Omit<RouteOptions, 'tokens'>

/** Options of a page whose handler always has a principal. */
export type RequiredPageRoute = PageRouteOptions & { readonly optional?: false }

/** A visit passes, with headers for the answer of the page; or it is answered here. */
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
   * Decides about a request. Asked again for the same `key` and route it gives the same promise: parallel loaders of one
   * request share one check, and one answer.
   *
   * @throws TypeError if `key` is no object
   * @throws Error for a path of the page guard's own: `answerOwn` comes first
   * @throws what is no refusal, such as an error of the application's own code
   */
  decide(request: PageRequest, route: Route): Promise<PageDecision>
  /** The answer where the path is below `path`, and so the page guard's own; otherwise undefined. */
  answerOwn(request: PageRequest): Promise<PageAnswer | undefined>
}

const keyMissing =
  'key: must be an object that is the same for all loaders of one request; pass the request of the framework, such as req'

/** A page holds what one person may see: no cache keeps it, and going back asks again. */
const guardedHeaders = { 'cache-control': 'private, no-store' }

/**
 * Creates the page guard of a server-rendered site. The access token is in a cookie that dies with the browser; a visit
 * without a good one is refreshed in the `way` that is given, and never sees an error page for that.
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
  readonly #own: OwnPaths
  readonly #defaultRoute: Route
  /** By options: a route has one identity, by which parallel loaders share its decision. */
  readonly #routes = new WeakMap<PageRouteOptions, Route>()
  readonly #decisions = new WeakMap<object, Map<Route, Promise<PageDecision>>>()

  constructor(guard: Guard, config: PageConfig) {
    this.path = config.path
    this.#guard = guard
    this.#config = config
    const { place, read } = cookie(config.cookie.name)
    // Not `ambient`: this page guard applies the rule itself, to requests without a cookie too, and knows its own origin.
    this.#source = { place, read }
    this.#own = new OwnPaths(guard, config, this.#source)
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
    const { admission, error } = await checkVisit(this.#guard, request, route)
    return admission ? { admission, headers: guardedHeaders } : { answer: await this.#refuse(request, error) }
  }

  async #refuse(request: PageRequest, error: GuardError): Promise<PageAnswer> {
    const { headers, method } = request
    if (!isPageVisit(method, (name) => headerOf(headers, name)))
      return { ...this.#guard.refusal(error), setCookies: [] }
    if (error.status !== 401) return errorPage(error, request)
    this.#requireOpenSignIn(request)
    // A newer sign-in is all that helps, or the tokens that come are not accepted here.
    const circles = error.verdict === 'refresh' && isLoop(headers, this.#source.read(request))
    if (error.verdict === 'fix' || circles) return this.#toSignIn(request, error)
    const { way } = this.#config
    switch (way.kind) {
      case 'interstitial':
        return interstitialPage(request, this.#config, way, error, await this.#own.scriptAddress())
      case 'redirect':
        return throughAuthServer(request, this.#config, way)
    }
  }

  #toSignIn(request: PageRequest, error: GuardError): PageAnswer {
    const { origin } = this.#config
    const back = request.method === 'POST' ? formPageOf(request, origin) + notSentFragment : addressOf(request, origin)
    return seeOther(signInAddress(this.#config, back, error.code), this.#own.clearedCookies())
  }

  #requireOpenSignIn(request: PageRequest): void {
    const { signIn, origin } = this.#config
    const asked = new URL(addressOf(request, origin), origin)
    if (asked.origin !== signIn.origin || asked.pathname !== signIn.pathname) return
    throw new Error(`${signIn.pathname} is guarded, and nobody could sign in: mount it before protectPage`)
  }
}
