import type { ErrorCode } from '@sessionward/protocol'
import { signatureSeam } from '#verify'
import { GuardError } from './challenge.js'
import { type GuardConfig, type GuardOptions, readOptions } from './config.js'
import { type HeaderSource, readBearerToken } from './credentials.js'
import type { KeySource } from './keys/key-source.js'
import { openKeys } from './keys/open-keys.js'
import { type Principal, principalOf } from './principal.js'
import { type FeedFigures, RevocationFeed } from './revocation/feed.js'
import { type Route, type RouteOptions, readRoute } from './route.js'
import type { SignatureSeam } from './signature.js'
import { checkTimes } from './token/claims.js'
import { TokenCache } from './token-cache.js'
import { verifyAccessToken } from './verify-access-token.js'

/** May this request pass? One for each resource server, for as long as it runs. */
export interface Guard {
  /**
   * The principal of an access token that is valid here, not revoked, and covers the route.
   *
   * @throws GuardError; nothing else, whatever the token is
   */
  verify(token: string, route?: RouteOptions): Promise<Principal>
  /** The same for a request's headers: the token in `Authorization: Bearer`. */
  check(headers: HeaderSource, route?: RouteOptions): Promise<Principal>
  /** Checks what a route asks for once, before its first request. Throws TypeError. */
  route(options?: RouteOptions): Route
  /** Resolves once the keys and, with a feed, its first snapshot are there. Rejects where the given keys cannot be used. */
  ready(): Promise<void>
  /** What happened since the guard was made. */
  figures(): GuardFigures
  /** Ends the feed. */
  close(): void
}

/** Counts since the guard was made. */
export interface GuardFigures {
  /** Requests that passed. */
  readonly verified: number
  /** How many of them brought a token that was remembered. */
  readonly cached: number
  /** Requests that did not pass, by the code of their answer. */
  readonly refused: Readonly<Partial<Record<ErrorCode, number>>>
  readonly feed?: FeedFigures
}

/**
 * Makes a guard. With a feed it connects at once, and the connection keeps a process alive until `close()`.
 *
 * @throws TypeError that names the option and what was expected
 */
export function createGuard(options: GuardOptions): Guard {
  return new TokenGuard(readOptions(options), signatureSeam)
}

const retryPause = 250

/** The guard behind {@link createGuard}, for any seam. */
export class TokenGuard implements Guard {
  readonly #config: GuardConfig
  readonly #seam: SignatureSeam
  readonly #keys: KeySource
  readonly #cache: TokenCache
  readonly #feed: RevocationFeed | undefined
  readonly #closed = new AbortController()
  readonly #routes = new WeakMap<RouteOptions, Route>()
  readonly #anyRoute: Route
  readonly #refused = new Map<ErrorCode, number>()
  #verified = 0
  #cached = 0

  constructor(config: GuardConfig, seam: SignatureSeam) {
    this.#config = config
    this.#seam = seam
    this.#keys = openKeys(config.keys, config.algorithms, seam, config.now)
    this.#cache = new TokenCache(config.cacheSize)
    this.#feed = config.feed && new RevocationFeed(config.feed, config.clockTolerance, config.now)
    this.#anyRoute = readRoute({}, config.staleness, config.feed !== undefined)
  }

  async verify(token: string, route?: RouteOptions): Promise<Principal> {
    return this.#judge(() => token, this.route(route))
  }

  async check(headers: HeaderSource, route?: RouteOptions): Promise<Principal> {
    return this.#judge(() => readBearerToken(headers), this.route(route))
  }

  route(options?: RouteOptions): Route {
    if (!options) return this.#anyRoute
    const known = this.#routes.get(options)
    if (known) return known
    const route = readRoute(options, this.#config.staleness, this.#feed !== undefined)
    this.#routes.set(options, route)
    return route
  }

  async ready(): Promise<void> {
    await Promise.all([this.#keysReady(), this.#feed && this.#orClosed(this.#feed.ready)])
  }

  figures(): GuardFigures {
    return {
      verified: this.#verified,
      cached: this.#cached,
      refused: Object.fromEntries(this.#refused),
      ...(this.#feed ? { feed: this.#feed.figures() } : {}),
    }
  }

  close(): void {
    this.#closed.abort()
    this.#feed?.close()
  }

  async #judge(readToken: () => string, route: Route): Promise<Principal> {
    try {
      const { principal, remembered } = await this.#identify(readToken())
      this.#feed?.check(principal.claims, route.staleness)
      if (!route.scope.every((word) => principal.scope.includes(word))) {
        throw new GuardError('insufficient_scope', { scope: route.scope })
      }
      this.#verified++
      if (remembered) this.#cached++
      return principal
    } catch (error) {
      if (error instanceof GuardError) this.#refused.set(error.code, (this.#refused.get(error.code) ?? 0) + 1)
      throw error
    }
  }

  async #identify(token: string): Promise<{ readonly principal: Principal; readonly remembered: boolean }> {
    if (typeof token !== 'string' || token === '') throw new GuardError('access_token_missing')
    const principal = await this.#recall(token)
    if (principal) return { principal, remembered: true }
    return { principal: await this.#verifyAnew(token), remembered: false }
  }

  /** What was verified once, if its time has not run out and its key is still trusted. */
  async #recall(token: string): Promise<Principal | undefined> {
    const remembered = this.#cache.get(token)
    if (!remembered) return undefined
    const keys = await this.#keys.current()
    if (!keys.has(remembered.key)) {
      this.#cache.delete(token)
      return undefined
    }
    checkTimes(remembered.principal.claims, this.#config.clockTolerance, this.#seconds())
    return remembered.principal
  }

  async #verifyAnew(token: string): Promise<Principal> {
    const { claims, key } = await verifyAccessToken(
      token,
      this.#config,
      (kid) => this.#keys.find(kid),
      this.#seam,
      () => this.#seconds(),
    )
    const principal = principalOf(claims)
    this.#cache.set(token, { principal, key }, this.#config.now())
    return principal
  }

  /** Keys that were given either work at once or never; others are waited for, as services start in any order. */
  async #keysReady(): Promise<void> {
    for (;;) {
      try {
        await this.#keys.current()
        return
      } catch (error) {
        if (!(error instanceof GuardError)) throw error
        if (this.#config.keys.from === 'given') throw new TypeError(`keys: ${this.#keys.reason}`, { cause: error })
        await this.#orClosed(new Promise((resolve) => setTimeout(resolve, retryPause)))
      }
    }
  }

  /** Whoever waits keeps the process alive, although the feed's own timers do not. */
  async #orClosed(wait: Promise<unknown>): Promise<void> {
    const alive = setInterval(() => undefined, 60_000)
    const { signal } = this.#closed
    let close = () => {}
    const closed = new Promise<never>((_, reject) => {
      close = () => reject(new Error('the guard was closed'))
    })
    signal.addEventListener('abort', close)
    if (signal.aborted) close()
    try {
      await Promise.race([wait, closed])
    } finally {
      signal.removeEventListener('abort', close)
      clearInterval(alive)
    }
  }

  #seconds(): number {
    return this.#config.now() / 1000
  }
}
