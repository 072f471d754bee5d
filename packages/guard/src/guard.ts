import type { AccessTokenClaims, ErrorCode } from '@sessionward/protocol'
import { signatureSeam } from '#verify'
import {
  bearerEvidence,
  checkBinding,
  checkRequest,
  type Evidence,
  type GuardRequest,
  isPreflight,
  readEvidence,
} from './binding/evidence.js'
import { GuardError, type Refusal } from './challenge.js'
import { type GuardConfig, type GuardOptions, readOptions, type SeveralIssuersOptions } from './config.js'
import { describeFailure } from './failure.js'
import { isHs256, selectIssuer } from './issuer/select-issuer.js'
import { type IssuerFigures, TrustedIssuer } from './issuer/trusted-issuer.js'
import { warnOfLegacy } from './legacy/hs256.js'
import { type Principal, principalOf } from './principal.js'
import { whenReady } from './readiness.js'
import { type Route, type RouteDefaults, type RouteOptions, readRoute } from './route.js'
import type { SignatureSeam } from './signature.js'
import { type RememberedToken, TokenCache } from './token-cache.js'

/** What a guard says of a request: who makes it, or on an optional route, why there is nobody. */
export type Admission =
  | { readonly principal: Principal; readonly refusal?: undefined }
  | { readonly principal: undefined; readonly refusal: GuardError }

/** Decides whether a request may pass. Create one for each resource server, and keep it while the server runs. */
export interface Guard {
  /**
   * Verifies the access token of a request and returns its principal. The token must be in one of the places that the guard or
   * the route lists (`tokens`), valid for this guard, not revoked, and have the scope of the route. The body of the request is
   * not read.
   *
   * @param request `method`, `url` and `headers`; the headers are `Headers` or a plain object, as in Node
   * @param route what this route requires beyond a valid token. Default: nothing
   * @throws GuardError with the code, the status and the headers of the answer
   * @throws TypeError if the request or the route is not valid, or the route is optional
   */
  check(request: GuardRequest, route?: RouteOptions): Promise<Principal>
  /**
   * Same as `check`, also for routes that are optional: a request that would be refused there passes without a principal and
   * with the reason. For adapters. Such a request counts in `figures().anonymous`; `onRefused` is not called for it.
   *
   * @throws GuardError as `check`, unless the route is optional
   * @throws TypeError if the request or the route is not valid
   */
  admit(request: GuardRequest, route?: RouteOptions): Promise<Admission>
  /**
   * Same as `check`, for a token that does not arrive in an `Authorization` header, such as in the first message of a
   * WebSocket.
   *
   * @throws GuardError as `check`, also for a token that is not a string
   * @throws TypeError if the route is not valid, or optional
   */
  verify(token: string, route?: RouteOptions): Promise<Principal>
  /**
   * Calls the listener once when the session of a principal ends, whatever token its request had: for connections that stay open.
   * If it has ended already, the listener is called in a moment. The error is what the next request of the session would get.
   * `closeOnSessionEnd` does this for sockets and event streams.
   *
   * It needs a `feed`; without one the guard warns and never calls. It knows revoked sessions, not those that nobody used until
   * they expired, and not those that were revoked while the feed could not be read for longer than an access token lives.
   *
   * @returns a function that ends the subscription; call it when the connection closes
   * @throws TypeError if there is no principal or the listener is not a function
   */
  onSessionEnd(principal: Principal, listener: (error: GuardError) => void): () => void
  /** The answer to a request that `check` has refused, in the `envelope` of the guard if it has one. For adapters. */
  refusal(error: GuardError): Refusal
  /** Checks the options of a route once, before its first request. @throws TypeError that names the option. */
  route(options?: RouteOptions): Route
  /**
   * Resolves when the keys and, with a feed, its first snapshot have arrived. After 5 s it logs what is still missing.
   *
   * @throws TypeError if the given keys cannot be used
   * @throws Error if the guard is closed
   */
  ready(): Promise<void>
  /** Counters since the guard was created, and the state of its connections. */
  figures(): GuardFigures
  /** Ends the connection to the feed. */
  close(): void
}

/** Counters since the guard was created, and its state. */
export interface GuardFigures extends IssuerFigures {
  /** Requests that passed. */
  readonly verified: number
  /** How many of them had a cached token. */
  readonly cached: number
  /** How many of them had a token of the older system. Absent without the option `legacy`. */
  readonly legacy?: number
  /** Requests that passed an optional route without a principal. */
  readonly anonymous: number
  /** Requests that were refused, by error code. */
  readonly refused: Readonly<Partial<Record<ErrorCode, number>>>
  /** With the option `issuers`: each by its name. `keys`, `feed` and the clock beside it are those of the first. */
  readonly issuers?: Readonly<Record<string, IssuerFigures>>
}

/**
 * Creates a guard. With a feed it connects at once, and the connection keeps a process alive until `close()`.
 *
 * @throws TypeError that names the option and what was expected
 */
export function createGuard(options: GuardOptions | SeveralIssuersOptions): Guard {
  return new TokenGuard(readOptions(options), signatureSeam)
}

/** The guard behind {@link createGuard}, for any seam. */
export class TokenGuard implements Guard {
  readonly #config: GuardConfig
  readonly #issuers: ReadonlyMap<string, TrustedIssuer>
  /** The only one of most guards; tokens of an older system are judged by its clock and its feed. */
  readonly #first: TrustedIssuer
  readonly #cache: TokenCache
  readonly #closed = new AbortController()
  readonly #routes = new WeakMap<RouteOptions, Route>()
  readonly #routeDefaults: RouteDefaults
  readonly #anyRoute: Route
  readonly #refused = new Map<ErrorCode, number>()
  #verified = 0
  #cached = 0
  #legacy = 0
  #anonymous = 0

  constructor(config: GuardConfig, seam: SignatureSeam) {
    this.#config = config
    const issuers = config.issuers.map((issuer) => new TrustedIssuer(issuer, seam))
    this.#issuers = new Map(issuers.map((issuer) => [issuer.name, issuer]))
    this.#first = issuers[0]!
    this.#cache = new TokenCache(config.cacheSize)
    const { staleness, tokens, legacy, warnings } = config
    this.#routeDefaults = { staleness, tokens, hasFeed: issuers.some(({ subscription }) => subscription !== undefined) }
    if (legacy) warnOfLegacy(legacy, config.now(), { warn: (message) => warnings.warn('legacy', message) })
    this.#anyRoute = readRoute({}, this.#routeDefaults)
    this.#warnOfSources(this.#anyRoute)
  }

  async check(request: GuardRequest, options?: RouteOptions): Promise<Principal> {
    checkRequest(request)
    const route = this.#required(options, 'check')
    try {
      return await this.#judge(this.#read(request, route), route)
    } catch (error) {
      throw this.#noted(error, route, request)
    }
  }

  async admit(request: GuardRequest, options?: RouteOptions): Promise<Admission> {
    checkRequest(request)
    const route = this.route(options)
    try {
      return { principal: await this.#judge(this.#read(request, route), route) }
    } catch (error) {
      if (!route.optional || !(error instanceof GuardError)) throw this.#noted(error, route, request)
      this.#anonymous++
      return { principal: undefined, refusal: error }
    }
  }

  async verify(token: string, options?: RouteOptions): Promise<Principal> {
    const route = this.#required(options, 'verify')
    try {
      return await this.#judge(bearerEvidence(token), route)
    } catch (error) {
      throw this.#noted(error, route)
    }
  }

  onSessionEnd(principal: Principal, listener: (error: GuardError) => void): () => void {
    if (typeof principal?.sessionId !== 'string') throw new TypeError('principal: must be one that this guard returned')
    if (typeof listener !== 'function') throw new TypeError('listener: must be a function (error)')
    const { warnings } = this.#config
    const { subscription } = this.#issuers.get(principal.claims.iss) ?? this.#first
    if (!subscription) {
      warnings.warn('onSessionEnd', 'onSessionEnd needs a feed: connections stay open when their session ends.')
      return () => undefined
    }
    return subscription.onSessionEnd(principal.sessionId, (reason) => {
      try {
        listener(new GuardError(reason))
      } catch (failure) {
        // The feed of everybody else must not fail because one listener does.
        warnings.once('end listener', `a listener of onSessionEnd threw: ${describeFailure(failure)}`)
      }
    })
  }

  refusal(error: GuardError): Refusal {
    const refusal = { status: error.status, headers: error.headers(), body: JSON.stringify(error.problem()) }
    return this.#config.envelope?.wrap(refusal) ?? refusal
  }

  route(options?: RouteOptions): Route {
    if (options === undefined) return this.#anyRoute
    const known = this.#routes.get(options)
    if (known) return known
    const route = readRoute(options, this.#routeDefaults)
    this.#routes.set(options, route)
    this.#warnOfSources(route)
    return route
  }

  async ready(): Promise<void> {
    const { signal } = this.#closed
    const awaited = [...this.#issuers.values()].flatMap((issuer) => issuer.awaited(signal))
    await whenReady(awaited, signal, this.#config.warnings)
  }

  figures(): GuardFigures {
    const issuers = [...this.#issuers].map(([name, issuer]) => [name, issuer.figures()] as const)
    return {
      verified: this.#verified,
      cached: this.#cached,
      ...(this.#config.legacy ? { legacy: this.#legacy } : {}),
      anonymous: this.#anonymous,
      refused: Object.fromEntries(this.#refused),
      ...this.#first.figures(),
      ...(issuers.length > 1 ? { issuers: Object.fromEntries(issuers) } : {}),
    }
  }

  close(): void {
    this.#closed.abort()
    for (const { subscription } of this.#issuers.values()) subscription?.close()
  }

  async #judge(evidence: Evidence, route: Route): Promise<Principal> {
    const { token } = evidence
    if (typeof token !== 'string' || token === '') throw new GuardError('access_token_missing')
    const recalling = this.#recall(token)
    const recalled = recalling instanceof Promise ? await recalling : recalling
    const known = recalled ?? (await this.#verifyAnew(token))
    checkBinding(known.principal.claims, evidence)
    this.#checkRoute(known, route)
    this.#verified++
    if (recalled) this.#cached++
    if (!known.key) this.#legacy++
    return known.principal
  }

  #checkRoute({ principal, issuer }: RememberedToken, { scope, maxAuthAge, staleness }: Route): void {
    issuer.subscription?.check(principal.claims, staleness)
    for (const one of scope) {
      if (!principal.scope.includes(one)) throw new GuardError('insufficient_scope', { scope })
    }
    if (maxAuthAge !== undefined) this.#checkAuthAge(principal.claims, maxAuthAge, issuer.seconds())
  }

  #warnOfSources({ tokens }: Route): void {
    for (const { place, warning } of tokens) {
      if (warning !== undefined) this.#config.warnings.once(place, warning)
    }
  }

  /** A caller that expects a principal would go on without one. */
  #required(options: RouteOptions | undefined, method: string): Route {
    const route = this.route(options)
    if (!route.optional) return route
    throw new TypeError(`optional: ${method}() always returns a principal; for a route that is optional call admit()`)
  }

  #read(request: GuardRequest, { tokens }: Route): Evidence {
    return readEvidence(request, tokens, this.#config.origins)
  }

  /** A token that does not state its `auth_time` may be of any age. */
  #checkAuthAge({ auth_time: at }: AccessTokenClaims, maxAge: number, now: number): void {
    const isRecent = at !== undefined && now - at <= maxAge + this.#config.clockTolerance
    if (!isRecent) throw new GuardError('step_up_required', { maxAge })
  }

  /** The error as it came, once it is counted and reported. */
  #noted(error: unknown, { tokens }: Route, request?: GuardRequest): unknown {
    if (!(error instanceof GuardError)) return error
    const concealed = request && tokens.reduce((shown, source) => source.conceal?.(shown) ?? shown, request)
    this.#note(error, concealed)
    return error
  }

  #note(error: GuardError, request: GuardRequest | undefined): void {
    this.#refused.set(error.code, (this.#refused.get(error.code) ?? 0) + 1)
    if (request && isPreflight(request)) this.#warnOfPreflight()
    void this.#report(error, request)
  }

  /** A page of another origin could not read any refusal either: the answer has no CORS headers yet. */
  #warnOfPreflight(): void {
    this.#config.warnings.once(
      'preflight',
      'a CORS preflight was refused, because preflights have no token. Mount the CORS middleware before the guard: pages of ' +
        'other origins can read refusals only then.',
    )
  }

  /** The hook is the application's: it may throw, or return a promise that rejects. */
  async #report(error: GuardError, request: GuardRequest | undefined): Promise<void> {
    try {
      await this.#config.onRefused?.(error, request)
    } catch (failure) {
      this.#config.warnings.once('onRefused', `onRefused threw: ${describeFailure(failure)}`)
    }
  }

  /** What was verified once, if its time has not run out and its key is still trusted. */
  #recall(token: string): RememberedToken | undefined | Promise<RememberedToken | undefined> {
    const remembered = this.#cache.get(token)
    if (!remembered) return undefined
    const { issuer, key, principal } = remembered
    if (!key) {
      this.#config.legacy?.checkTimes(principal.claims, this.#config.clockTolerance, issuer.seconds())
      return remembered
    }
    const trusted = issuer.trusts(key, principal.claims)
    const recall = (isTrusted: boolean) => {
      if (!isTrusted) this.#cache.delete(token)
      return isTrusted ? remembered : undefined
    }
    return typeof trusted === 'boolean' ? recall(trusted) : trusted.then(recall)
  }

  async #verifyAnew(token: string): Promise<RememberedToken> {
    const { issuer, claims, key } = await this.#vouched(token)
    const remembered = { principal: principalOf(claims), issuer, key }
    this.#cache.set(token, remembered, this.#config.now())
    return remembered
  }

  /** A token says by what it is to be judged; none is tried by the rules of another. */
  async #vouched(token: string): Promise<Pick<RememberedToken, 'issuer' | 'key'> & { claims: AccessTokenClaims }> {
    const { legacy, clockTolerance } = this.#config
    const first = this.#first
    if (legacy && isHs256(token)) {
      return { issuer: first, key: undefined, claims: await legacy.verify(token, clockTolerance, first.seconds()) }
    }
    const issuer = this.#issuers.size === 1 ? first : selectIssuer(token, this.#issuers)
    return { issuer, ...(await issuer.verify(token)) }
  }
}
