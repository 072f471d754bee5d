import { setTimeout as sleep } from 'node:timers/promises'
import { errors, isPageVisit, resolveReturnTo } from '@sessionward/protocol'
import { AnswerError } from '../../../answer-error.js'
import { requestEvidence } from '../../../binding/request-evidence.js'
import type { PageVisits } from '../../../config/page-visits.js'
import type { Config } from '../../../config.js'
import type { SessionService } from '../../../session-service.js'
import type { IssuedTokens } from '../../../tokens/mint.js'
import type { Answer } from '../../answer.js'
import { urlOf } from '../../http-request.js'
import { refusedCookies } from '../../refused-cookies.js'
import type { Route, RouteContext } from '../../route.js'
import type { Transports } from '../../transport/transport.js'
import { type AdoptLegacyParts, adoptCookie } from './adopt-legacy.js'

export interface ContinueParts extends AdoptLegacyParts {
  readonly config: Pick<Config, 'basePath'> & AdoptLegacyParts['config']
  readonly sessions: Pick<SessionService, 'refresh' | 'inspect'>
  readonly transports: Transports
}

/** How often a visit is redirected back here while another request refreshes the session. */
const maxRounds = 3
/** Milliseconds in which the answer to the other request can reach the browser. */
const retryDelay = 200

/**
 * GET {basePath}/continue?return_to=: refreshes the session of a page visit by its cookie and redirects to `return_to`, or to sign-in
 * with the reason. Requires no script.
 *
 * A navigation has no `Origin`, so the origin rule does not apply. A link from another site can cause a refresh, which is harmless
 * and reveals nothing to that site.
 */
export function continueVisit(parts: ContinueParts, visits: PageVisits): Route {
  const { config, sessions, transports } = parts
  const { signInUrl, returnOrigins } = visits
  const path = `${config.basePath}/continue`
  const rule = { base: signInUrl.origin, origins: returnOrigins }

  function toSignIn(returnTo: string, reason: string | null, setCookies: readonly string[] = []): Answer {
    const url = new URL(signInUrl)
    const { origin, pathname, search, hash } = new URL(returnTo)
    url.searchParams.set('return_to', origin === url.origin ? pathname + search + hash : returnTo)
    if (reason) url.searchParams.set('reason', reason)
    return seeOther(url.href, setCookies)
  }

  /** Redirects back here after a pause, when the browser may hold the newer cookie. */
  async function retryVisit(url: URL, returnTo: string): Promise<Answer> {
    const round = Number(url.searchParams.get('round') ?? 0)
    if (!(round < maxRounds)) return seeOther(returnTo)
    await sleep(retryDelay)
    return seeOther(`${path}?${new URLSearchParams({ return_to: returnTo, round: String(round + 1) })}`)
  }

  /** Adopts the session of a legacy cookie. */
  async function adoptVisit(call: RouteContext): Promise<IssuedTokens | undefined> {
    const adoption = await adoptCookie(parts, call)
    return adoption?.outcome === 'adopted' ? adoption.issued : undefined
  }

  return {
    method: 'GET',
    path,
    name: 'continue',
    async handle(call: RouteContext) {
      const { request } = call
      const { headers } = request
      if (!isPageVisit(request.method, (name) => headers.get(name))) {
        throw new AnswerError('origin_refused', 'this address is for page visits: no prefetch, no fetch, no image')
      }
      const url = urlOf(request)
      const returnTo = resolveReturnTo(url.searchParams.get('return_to'), rule)
      const presented = await transports.cookie.readVisit(headers)
      try {
        const issued = presented
          ? await sessions.refresh({ ...presented, evidence: requestEvidence(request) })
          : await adoptVisit(call)
        if (!issued) return toSignIn(returnTo, null)
        const { setCookies } = transports[issued.session.transport].write(issued)
        return seeOther(returnTo, [...(presented?.clearEarlier ?? []), ...setCookies])
      } catch (error) {
        if (!(error instanceof AnswerError) || errors[error.code].status >= 500) throw error
        if (error.code === 'refresh_raced') return retryVisit(url, returnTo)
        const isTerminal = errors[error.code].verdict === 'terminal'
        const cleared = isTerminal && presented ? await refusedCookies(sessions, presented) : null
        // The cookie may belong to another auth server on this host name; then nobody is signed in here.
        return toSignIn(returnTo, isTerminal && presented && !cleared ? null : error.code, cleared ?? [])
      }
    },
  }
}

/** 303, so that the next request is a GET (RFC 9110 section 15.4.4). */
function seeOther(location: string, setCookies: readonly string[] = []): Answer {
  const headers = { Location: location, 'Cache-Control': 'no-store', 'Referrer-Policy': 'same-origin' }
  return { status: 303, headers, setCookies, body: null }
}
