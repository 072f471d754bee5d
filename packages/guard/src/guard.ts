import type { AccessTokenClaims, ErrorCode } from '@sessionward/protocol'
import { signatureVerifier } from '#verify'
import {
  bearerEvidence,
  checkBinding,
  checkRequest,
  type Evidence,
  type GuardRequest,
  readEvidence,
} from './binding/evidence.js'
import { GuardError, type Refusal } from './challenge.js'
import { type GuardConfig, type GuardOptions, type MultiIssuerOptions, readOptions } from './config.js'
import { isDecided } from './decision.js'
import { describeFailure } from './failure.js'
import { type IssuerFigures, TrustedIssuer } from './issuer/trusted-issuer.js'
import { warnAboutLegacy } from './legacy/hs256.js'
import { andThen, type MaybePromise } from './maybe-promise.js'
import type { Principal } from './principal.js'
import { whenReady } from './readiness.js'
import { RefusalReporter } from './refusal-reporter.js'
import { type Route, type RouteDefaults, type RouteOptions, readRoute } from './route.js'
import type { SignatureVerifier } from './signature.js'
import type { CachedToken } from './token-cache.js'
import { TokenVerifier } from './token-verifier.js'

/** The result of checking a request: its principal, or on an optional route, why it has none. */
export type Admission =
  | { readonly principal: Principal; readonly refusal?: undefined }
  | { readonly principal: undefined; readonly refusal: GuardError }

type Accepted = Extract<Admission, { readonly principal: Principal }>

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
   * Same as `check`, but also accepts optional routes. A request that would be refused passes an optional route without a
   * principal and with the reason. For adapters. Such a request counts in `figures().anonymous`; `onRefused` is not called.
   *
   * @returns the admission itself where nothing must be awaited, so that the request goes on in the same turn; otherwise a
   * promise, such as while the keys are loaded. Errors always reject the promise
   * @throws GuardError as `check`, unless the route is optional
   * @throws TypeError if the request or the route is not valid
   */
  admit(request: GuardRequest, route?: RouteOptions): Admission | Promise<Admission>
  /**
   * Same as `check`, for a token that does not arrive in an `Authorization` header, such as in the first message of a
   * WebSocket.
   *
   * @throws GuardError as `check`, also for a token that is not a string
   * @throws TypeError if the route is not valid, or optional
   */
  verify(token: string, route?: RouteOptions): Promise<Principal>
  /**
   * Calls the listener once when the session of a principal is revoked, for connections that stay open. If the session has
   * already ended, the listener is called in the next microtask. The error is the one that the next request of the session
   * would get. `closeOnSessionEnd` does this for sockets and event streams.
   *
   * Needs a `feed`; without one the guard logs a warning and never calls the listener. Sessions that expire unused are not
   * reported, nor are revocations older than one access token lifetime when the feed becomes readable again.
   *
   * @returns a function that ends the subscription; call it when the connection closes
   * @throws TypeError if there is no principal or the listener is not a function
   */
  onSessionEnd(principal: Principal, listener: (error: GuardError) => void): () => void
  /**
   * Calls the listener once when the claims of a principal are out of date, because the profile has changed (`claims_changed`):
   * for connections that stay open and read `scope` later. Needs a `feed`, as `onSessionEnd` does; without one the listener is
   * never called.
   *
   * @returns a function that ends the subscription; call it when the connection closes
   * @throws TypeError if there is no principal or the listener is not a function
   */
  onClaimsChange(principal: Principal, listener: (error: GuardError) => void): () => void
  /** The response to a request that `check` refused, in the `envelope` of the guard if it has one. For adapters. */
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

/** Counters since the guard was created, and its state. docs/monitoring.md explains every name. */
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
  /** With the option `issuers`: the state of each issuer by its name. The members above are those of the first issuer. */
  readonly issuers?: Readonly<Record<string, IssuerFigures>>
}

/**
 * Creates a guard. With a feed it connects at once, and the connection keeps a process alive until `close()`.
 *
 * @throws TypeError that names the option and what was expected
 */
export function createGuard(options: GuardOptions | MultiIssuerOptions): Guard {
  return new TokenGuard(readOptions(options), signatureVerifier)
}

/** The guard that {@link createGuard} returns, with any signature verifier. */
export class TokenGuard implements Guard {
  readonly #config: GuardConfig
  readonly #issuers: ReadonlyMap<string, TrustedIssuer>
  /** Legacy tokens are checked against the clock and the feed of this issuer. */
  readonly #first: TrustedIssuer
  readonly #verifier: TokenVerifier
  readonly #refusals: RefusalReporter
  readonly #closed = new AbortController()
  readonly #routes = new WeakMap<RouteOptions, Route>()
  readonly #routeDefaults: RouteDefaults
  readonly #anyRoute: Route
  #verified = 0
  #cached = 0
  #legacy = 0
  #anonymous = 0

  constructor(config: GuardConfig, verifier: SignatureVerifier) {
    this.#config = config
    const issuers = config.issuers.map((issuer) => new TrustedIssuer(issuer, verifier))
    this.#issuers = new Map(issuers.map((issuer) => [issuer.name, issuer]))
    this.#first = issuers[0]!
    this.#verifier = new TokenVerifier(config, this.#issuers, this.#first)
    this.#refusals = new RefusalReporter(config)
    const { staleness, tokens, legacy, warnings } = config
    this.#routeDefaults = { staleness, tokens, hasFeed: issuers.some(({ subscription }) => subscription !== undefined) }
    if (legacy) warnAboutLegacy(legacy, config.now(), { warn: (message) => warnings.warn('legacy', message) })
    this.#anyRoute = readRoute({}, this.#routeDefaults)
    this.#warnAboutSources(this.#anyRoute)
  }

  async check(request: GuardRequest, options?: RouteOptions): Promise<Principal> {
    checkRequest(request)
    const { principal } = await this.#decide(request, this.#requiredRoute(options, 'check'))
    return principal as Principal
  }

  admit(request: GuardRequest, options?: RouteOptions): Admission | Promise<Admission> {
    try {
      checkRequest(request)
      return this.#decide(request, this.route(options))
    } catch (error) {
      return Promise.reject(error)
    }
  }

  async verify(token: string, options?: RouteOptions): Promise<Principal> {
    const route = this.#requiredRoute(options, 'verify')
    try {
      const { principal } = await this.#authenticate(bearerEvidence(token), route)
      return principal
    } catch (error) {
      throw this.#refusals.report(error, route)
    }
  }

  onSessionEnd(principal: Principal, listener: (error: GuardError) => void): () => void {
    checkListener(principal, listener)
    const { warnings } = this.#config
    const subscription = this.#subscriptionOf(principal)
    if (!subscription) {
      warnings.warn('onSessionEnd', 'onSessionEnd needs a feed: connections stay open when their session ends.')
      return () => undefined
    }
    return subscription.onSessionEnd(principal.sessionId, (reason) => this.#notify('onSessionEnd', listener, reason))
  }

  onClaimsChange(principal: Principal, listener: (error: GuardError) => void): () => void {
    checkListener(principal, listener)
    const notify = () => this.#notify('onClaimsChange', listener, 'claims_changed')
    return this.#subscriptionOf(principal)?.onClaimsChange(principal.claims, notify) ?? (() => undefined)
  }

  refusal(error: GuardError): Refusal {
    const refusal = { status: error.status, headers: error.headers(), body: JSON.stringify(error.problem()) }
    return this.#config.envelope?.wrap(refusal) ?? refusal
  }

  route(options?: RouteOptions): Route {
    if (options === undefined) return this.#anyRoute
    const existing = this.#routes.get(options)
    if (existing) return existing
    const route = readRoute(options, this.#routeDefaults)
    this.#routes.set(options, route)
    this.#warnAboutSources(route)
    return route
  }

  async ready(): Promise<void> {
    const { signal } = this.#closed
    const readinessConditions = [...this.#issuers.values()].flatMap((issuer) => issuer.readinessConditions(signal))
    await whenReady(readinessConditions, signal, this.#config.warnings)
  }

  figures(): GuardFigures {
    const issuers = [...this.#issuers].map(([name, issuer]) => [name, issuer.figures()] as const)
    return {
      verified: this.#verified,
      cached: this.#cached,
      ...(this.#config.legacy ? { legacy: this.#legacy } : {}),
      anonymous: this.#anonymous,
      refused: this.#refusals.counts(),
      ...this.#first.figures(),
      ...(issuers.length > 1 ? { issuers: Object.fromEntries(issuers) } : {}),
    }
  }

  close(): void {
    this.#closed.abort()
    for (const { subscription } of this.#issuers.values()) subscription?.close()
  }

  #decide(request: GuardRequest, route: Route): MaybePromise<Admission> {
    try {
      const admission = this.#authenticate(this.#read(request, route), route)
      return isDecided(admission) ? admission : admission.catch((error) => this.#refuse(error, route, request))
    } catch (error) {
      return this.#refuse(error, route, request)
    }
  }

  /** @throws the error, unless the route is optional */
  #refuse(error: unknown, route: Route, request: GuardRequest): Admission {
    if (!route.optional || !(error instanceof GuardError)) throw this.#refusals.report(error, route, request)
    this.#anonymous++
    return { principal: undefined, refusal: error }
  }

  #authenticate(evidence: Evidence, route: Route): MaybePromise<Accepted> {
    const { token } = evidence
    if (typeof token !== 'string' || token === '') throw new GuardError('access_token_missing')
    const cached = this.#verifier.getCached(token)
    if (cached && isDecided(cached)) return this.#accept(cached, true, evidence, route)
    return andThen(cached, (found) =>
      found ? this.#accept(found, true, evidence, route) : this.#verify(evidence, route),
    )
  }

  #verify(evidence: Evidence, route: Route): MaybePromise<Accepted> {
    return andThen(this.#verifier.verify(evidence.token), (verified) => this.#accept(verified, false, evidence, route))
  }

  #accept(verified: CachedToken, isCached: boolean, evidence: Evidence, route: Route): Accepted {
    checkBinding(verified.principal.claims, evidence)
    this.#checkRoute(verified, route)
    this.#verified++
    if (isCached) this.#cached++
    if (!verified.key) this.#legacy++
    return { principal: verified.principal }
  }

  #checkRoute({ principal, issuer }: CachedToken, { scope, maxAuthAge, staleness }: Route): void {
    issuer.subscription?.check(principal.claims, staleness)
    for (const one of scope) {
      if (!principal.scope.includes(one)) throw new GuardError('insufficient_scope', { scope })
    }
    if (maxAuthAge !== undefined) this.#checkAuthAge(principal.claims, maxAuthAge, issuer.seconds())
  }

  #subscriptionOf({ claims }: Principal) {
    return (this.#issuers.get(claims.iss) ?? this.#first).subscription
  }

  #notify(name: string, listener: (error: GuardError) => void, code: ErrorCode): void {
    try {
      listener(new GuardError(code))
    } catch (failure) {
      // An error here would interrupt the feed for all other sessions.
      this.#config.warnings.once(`${name} listener`, `a listener of ${name} threw: ${describeFailure(failure)}`)
    }
  }

  #warnAboutSources({ tokens }: Route): void {
    for (const { place, warning } of tokens) {
      if (warning !== undefined) this.#config.warnings.once(place, warning)
    }
  }

  /** `check` and `verify` always return a principal, so an optional route is a mistake of the caller. */
  #requiredRoute(options: RouteOptions | undefined, method: string): Route {
    const route = this.route(options)
    if (!route.optional) return route
    throw new TypeError(`optional: ${method}() always returns a principal; for a route that is optional call admit()`)
  }

  #read(request: GuardRequest, { tokens }: Route): Evidence {
    return readEvidence(request, tokens, this.#config.origins)
  }

  /** A token without `auth_time` is treated as too old. */
  #checkAuthAge({ auth_time: at }: AccessTokenClaims, maxAge: number, now: number): void {
    const isRecent = at !== undefined && now - at <= maxAge + this.#config.clockTolerance
    if (!isRecent) throw new GuardError('step_up_required', { maxAge })
  }
}

function checkListener(principal: Principal, listener: unknown): void {
  if (typeof principal?.sessionId !== 'string') throw new TypeError('principal: must be one that this guard returned')
  if (typeof listener !== 'function') throw new TypeError('listener: must be a function (error)')
}
