import { readCookies } from '@sessionward/protocol'
import { headerOf, type RequestHeaders } from '../credentials.js'
import type { Principal } from '../principal.js'
import { fingerprint } from './fingerprint.js'
import type { PageConfig } from './page-options.js'

/**
 * Detects redirect loops. The cookie stores for up to ten seconds the fingerprint of the token from the latest refresh and the
 * number of refreshes of this visit. A visit that is refused with that token is in a loop. Only refreshes are counted, because
 * visits and prefetches may run in parallel.
 */
const name = 'sessionward_arrived'

/** Seconds. The visit follows its refresh immediately. */
const maxAge = 10

/** Maximum number of refreshes of one visit. */
export const maxRefreshes = 2

interface Marker {
  readonly count: number
  readonly token: string
}

/** @param token the refused token; undefined if the visit had none */
export function isLoop(headers: RequestHeaders, token: string | undefined): boolean {
  const arrival = readMarker(headers)
  if (!arrival || arrival.count < maxRefreshes) return false
  return token === undefined || fingerprint(token) === arrival.token
}

/** Set-Cookie value after a refresh. It expires before the token does, so that an expired token is not taken for a loop. */
export function markArrival(
  headers: RequestHeaders,
  token: string,
  { expiresAt, issuedAt }: Principal,
  { cookie }: PageConfig,
): string {
  const count = Math.min(9, (readMarker(headers)?.count ?? 0) + 1)
  const remaining = Math.floor(Math.min(expiresAt - issuedAt, expiresAt - Date.now()) / 1000)
  const age = Math.max(1, Math.min(maxAge, remaining))
  return `${name}=${count}-${fingerprint(token)}${cookie.attributes}; Max-Age=${age}`
}

export function clearMarker({ cookie }: PageConfig): string {
  return `${name}=${cookie.attributes}; Max-Age=0`
}

function readMarker(headers: RequestHeaders): Marker | undefined {
  const value = readCookies(headerOf(headers, 'cookie')).find(([one]) => one === name)?.[1] ?? ''
  const [, count, token] = /^(\d)-(\w+)$/.exec(value) ?? []
  return count === undefined || token === undefined ? undefined : { count: Number(count), token }
}
