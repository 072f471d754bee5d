import { notSentFragment } from '@sessionward/protocol'
import type { PageConfig } from './options.js'
import { addressOf, formPageOf, type PageAnswer, type PageRequest } from './page-request.js'
import type { RedirectWay } from './way.js'

/** 303: the next request is a GET, whatever this one was (RFC 9110 section 15.4.4). */
export function seeOther(location: string, setCookies: readonly string[] = []): PageAnswer {
  const headers = { location, 'cache-control': 'no-store', 'referrer-policy': 'same-origin' }
  return { status: 303, headers, setCookies, body: '' }
}

/**
 * Sends a visit through the auth server, which sends it to our own `arrive`. A form that was sent is not carried: its page is
 * where the way back leads.
 */
export function throughAuthServer(request: PageRequest, config: PageConfig, way: RedirectWay): PageAnswer {
  const { origin } = config
  const back = request.method === 'POST' ? formPageOf(request, origin) + notSentFragment : addressOf(request, origin)
  return continueAt(config, way, back, 1)
}

/** @param round how many times the visit has been sent there, with this one */
export function continueAt({ origin, path }: PageConfig, way: RedirectWay, back: string, round: number): PageAnswer {
  const arrive = `${origin}${path}/arrive?${new URLSearchParams({ to: back, round: String(round) })}`
  return seeOther(`${way.server}${way.basePath}/continue?${new URLSearchParams({ return_to: arrive })}`)
}
