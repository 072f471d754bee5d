import { isPageVisit, rawPathOf, resolveReturnTo } from '@sessionward/protocol'
import { GuardError } from '../challenge.js'
import { headerOf } from '../credentials.js'
import type { Guard } from '../guard.js'
import type { Route } from '../route.js'
import { bearer, splitUrl, type TokenSource } from '../token-source.js'
import { bundledScript, type Script, scriptOf } from './interstitial-script.js'
import { clearMarker, markArrival, maxRefreshes } from './loop-detection.js'
import type { PageConfig } from './page-options.js'
import { checkOrigin, type PageAnswer, type PageRequest } from './page-request.js'
import { continueAt, seeOther } from './redirect.js'
import { signInAddress } from './sign-in.js'
import { admitVisit } from './visit-check.js'

/** The page guard's own endpoints: the script, the hand-over of an access token, and the return from a redirect. */
export class PageEndpoints {
  readonly #guard: Guard
  readonly #config: PageConfig
  readonly #source: TokenSource
  readonly #anyPage: Route

  constructor(guard: Guard, config: PageConfig, source: TokenSource) {
    this.#guard = guard
    this.#config = config
    this.#source = source
    this.#anyPage = guard.route({ tokens: [source] })
  }

  /** The response, or undefined if the path belongs to the application. */
  async answer(request: PageRequest): Promise<PageAnswer | undefined> {
    const { path, refresh } = this.#config
    if (!this.has(request)) return undefined
    const { method, url } = request
    const own = rawPathOf(url).slice(path.length)
    const { parameters } = splitUrl(url)
    try {
      if (own === '/continue.js' && method === 'GET' && refresh.kind === 'interstitial')
        return await this.#sendScript(parameters)
      if (own === '/hand-over' && method === 'POST') return await this.#handOver(request, parameters.has('visit'))
      if (own === '/hand-over' && method === 'DELETE') return this.#answerSignOut(request)
      if (own === '/arrive' && method === 'GET' && refresh.kind === 'redirect')
        return await this.#arrive(request, parameters)
    } catch (error) {
      if (!(error instanceof GuardError)) throw error
      return { ...this.#guard.refusal(error), setCookies: [] }
    }
    return { ...this.#guard.refusal(new GuardError('not_found')), setCookies: [] }
  }

  has({ url }: PageRequest): boolean {
    return rawPathOf(url).startsWith(`${this.#config.path}/`)
  }

  /** URL of the script, with a version for caching. */
  async scriptAddress(): Promise<string> {
    return `${this.#config.path}/continue.js?v=${(await this.#script()).version}`
  }

  async #script(): Promise<Script> {
    const { refresh } = this.#config
    return refresh.kind === 'interstitial' && refresh.script !== undefined ? scriptOf(refresh.script) : bundledScript()
  }

  async #sendScript(query: URLSearchParams): Promise<PageAnswer> {
    const { text, version } = await this.#script()
    const isCurrent = query.get('v') === version
    const headers = {
      'content-type': 'text/javascript; charset=utf-8',
      'cache-control': isCurrent ? 'public, max-age=31536000, immutable' : 'no-cache',
      'x-content-type-options': 'nosniff',
    }
    return { status: 200, headers, setCookies: [], body: text }
  }

  /** Stores the access token that a script of this site sends in `Authorization` as a cookie, if the guard accepts it. */
  async #handOver(request: PageRequest, isVisit: boolean): Promise<PageAnswer> {
    checkOrigin(request, this.#config)
    const principal = await this.#guard.check(request, handOverRoute)
    const token = bearer().read(request) ?? ''
    const { name, attributes } = this.#config.cookie
    const mark = isVisit ? [markArrival(request.headers, token, principal, this.#config)] : []
    return noContent([`${name}=${token}${attributes}`, ...mark])
  }

  /** Deletes the cookies after the client of this site has signed out. */
  #answerSignOut(request: PageRequest): PageAnswer {
    checkOrigin(request, this.#config)
    return noContent(this.clearedCookies())
  }

  /** Set-Cookie values that delete the cookies of the page guard. */
  clearedCookies(): readonly string[] {
    const { name, attributes } = this.#config.cookie
    return [`${name}=${attributes}; Max-Age=0`, clearMarker(this.#config)]
  }

  /** Continues a visit that returns from the auth server, if the guard accepts its new token. */
  async #arrive(request: PageRequest, query: URLSearchParams): Promise<PageAnswer> {
    const { origin, refresh } = this.#config
    if (!isPageVisit(request.method, (name) => headerOf(request.headers, name)))
      throw new GuardError('access_token_missing')
    const back = new URL(resolveReturnTo(query.get('to'), { base: origin }))
    const target = back.pathname + back.search + back.hash
    const { admission, error } = await admitVisit(this.#guard, request, this.#anyPage)
    if (admission?.principal) {
      const token = this.#source.read(request) ?? ''
      return seeOther(target, [markArrival(request.headers, token, admission.principal, this.#config)])
    }
    if (error?.status !== 401) throw error
    const round = Number(query.get('round') ?? maxRefreshes)
    if (refresh.kind === 'redirect' && round < maxRefreshes) {
      return continueAt(this.#config, refresh, target, round + 1)
    }
    return seeOther(signInAddress(this.#config, target, error.code), this.clearedCookies())
  }
}

const handOverRoute = { tokens: [bearer()] }

function noContent(setCookies: readonly string[]): PageAnswer {
  return { status: 204, headers: { 'cache-control': 'no-store' }, setCookies, body: '' }
}
