import { readCookies } from '@sessionward/protocol'
import { headerOf, type RequestHeaders } from '../credentials.js'
import type { Principal } from '../principal.js'
import { fingerprint } from './fingerprint.js'
import type { PageConfig } from './options.js'

/**
 * Remembers for up to ten seconds the token that the last refresh brought and how many refreshes this visit took. A visit refused
 * with that token is in a loop. Only refreshes are counted, because visits and prefetches may run in parallel.
 */
const name = 'sessionward_arrived'

/** Seconds. A visit follows its refresh at once. */
const longest = 10

/** How many refreshes one visit may take. */
export const mostRefreshes = 2

interface Arrival {
  readonly count: number
  readonly token: string
}

/** @param token the one that the visit was refused with; undefined where none came */
export function isLoop(headers: RequestHeaders, token: string | undefined): boolean {
  const arrival = arrivalOf(headers)
  if (!arrival || arrival.count < mostRefreshes) return false
  return token === undefined || fingerprint(token) === arrival.token
}

/** Set-Cookie after a refresh. It is gone before the token expires, so that an expiry is no loop. */
export function markArrival(
  headers: RequestHeaders,
  token: string,
  { expiresAt, issuedAt }: Principal,
  { cookie }: PageConfig,
): string {
  const count = Math.min(9, (arrivalOf(headers)?.count ?? 0) + 1)
  const remaining = Math.floor(Math.min(expiresAt - issuedAt, expiresAt - Date.now()) / 1000)
  const age = Math.max(1, Math.min(longest, remaining))
  return `${name}=${count}-${fingerprint(token)}${cookie.attributes}; Max-Age=${age}`
}

export function clearMarker({ cookie }: PageConfig): string {
  return `${name}=${cookie.attributes}; Max-Age=0`
}

function arrivalOf(headers: RequestHeaders): Arrival | undefined {
  const value = readCookies(headerOf(headers, 'cookie')).find(([one]) => one === name)?.[1] ?? ''
  const [, count, token] = /^(\d)-(\w+)$/.exec(value) ?? []
  return count === undefined || token === undefined ? undefined : { count: Number(count), token }
}
