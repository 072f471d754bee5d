import { notSentFragment } from '@sessionward/protocol'
import type { PageConfig } from './page-options.js'
import { addressOf, formPageOf, type PageAnswer, type PageRequest } from './page-request.js'
import type { RedirectRefresh } from './refresh-method.js'

/** 303: the next request is a GET, whatever this one was (RFC 9110 section 15.4.4). */
export function seeOther(location: string, setCookies: readonly string[] = []): PageAnswer {
  const headers = { location, 'cache-control': 'no-store', 'referrer-policy': 'same-origin' }
  return { status: 303, headers, setCookies, body: '' }
}

/**
 * Redirects a visit to the auth server, which redirects it to our own endpoint `arrive`. A submitted form is not resent; the
 * visit returns to the page of the form instead.
 */
export function throughAuthServer(request: PageRequest, config: PageConfig, refresh: RedirectRefresh): PageAnswer {
  const { origin } = config
  const back = request.method === 'POST' ? formPageOf(request, origin) + notSentFragment : addressOf(request, origin)
  return continueAt(config, refresh, back, 1)
}

/** @param round number of redirects of this visit, including this one */
export function continueAt(
  { origin, path }: PageConfig,
  refresh: RedirectRefresh,
  back: string,
  round: number,
): PageAnswer {
  const arrive = `${origin}${path}/arrive?${new URLSearchParams({ to: back, round: String(round) })}`
  return seeOther(`${refresh.server}${refresh.basePath}/continue?${new URLSearchParams({ return_to: arrive })}`)
}
