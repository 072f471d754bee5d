import { headerOf, type RequestHeaders } from '../credentials.js'
import { readCookies } from '@sessionward/protocol'
import type { Principal } from '../principal.js'
import type { PageConfig } from './options.js'

/**
 * A cookie that says for a moment: a good access token has just been handed over. A visit that is refused with it is a loop,
 * because the token that the page guard accepted is not accepted there, or does not arrive there. Visits count nothing: they may
 * be many at once, and prefetches.
 */
const name = 'sessionward_arrived'

/** Seconds. A visit follows a hand-over at once. */
const longest = 10

/** How many refreshes a visit may take. */
export const mostRefreshes = 2

/** Refreshes that this browser has just made. */
export function recentRefreshes(headers: RequestHeaders): number {
  const found = readCookies(headerOf(headers, 'cookie')).find(([one]) => one === name)
  return found && /^\d$/.test(found[1]) ? Number(found[1]) : 0
}

/** Set-Cookie after a hand-over. It is gone before the token expires, so that an expiry is no loop. */
export function markArrival(headers: RequestHeaders, { expiresAt, issuedAt }: Principal, { cookie }: PageConfig): string {
  const remaining = Math.min(expiresAt - issuedAt, expiresAt - Date.now()) / 1000
  const age = Math.max(1, Math.min(longest, Math.floor(remaining)))
  return `${name}=${Math.min(9, recentRefreshes(headers) + 1)}${cookie.attributes}; Max-Age=${age}`
}

export function clearMarker({ cookie }: PageConfig): string {
  return `${name}=${cookie.attributes}; Max-Age=0`
}
