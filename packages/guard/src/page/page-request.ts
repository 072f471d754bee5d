import { resolveReturnTo } from '@sessionward/protocol'
import type { GuardRequest } from '../binding/evidence.js'
import { GuardError } from '../challenge.js'
import { headerOf } from '../credentials.js'
import type { PageConfig } from './page-options.js'

/** A request as an adapter hands it over. */
export interface PageRequest extends GuardRequest {
  /** Identifies the request: the framework's own request object. */
  readonly key: object
  /**
   * The body of a form that was sent, as `application/x-www-form-urlencoded`. Called only for a request that is refused, and at
   * most once.
   *
   * @returns undefined where it is longer than `limit` bytes, or cannot be read.
   */
  readonly form?: (limit: number) => Promise<string | undefined>
}

/** An answer as an adapter sends it. */
export interface PageAnswer {
  /** HTTP status. */
  readonly status: number
  /** Names in lower case; no Set-Cookie. */
  readonly headers: Readonly<Record<string, string>>
  /** One header each. */
  readonly setCookies: readonly string[]
  /** The body as text. */
  readonly body: string
}

/** Path and query of the request. A path that a browser would read as another host becomes `/`. */
export function addressOf({ url }: GuardRequest, origin: string): string {
  const full = url.startsWith('/') ? origin + url : url
  if (!URL.canParse(full)) return '/'
  const { pathname, search } = new URL(full)
  const { pathname: path, search: query } = new URL(resolveReturnTo(pathname + search, { base: origin }))
  return path + query
}

/** The page whose form was sent, by `Referer`; `/` where that is unknown or of another origin. */
export function formPageOf({ headers }: GuardRequest, origin: string): string {
  const referer = headerOf(headers, 'referer')
  if (!referer || !URL.canParse(referer)) return '/'
  const { pathname, search, origin: from } = new URL(referer)
  return from === origin ? addressOf({ url: pathname + search } as GuardRequest, origin) : '/'
}

/**
 * Refuses state-changing requests from foreign pages (CSRF). Also for requests without a token: the interstitial resends the
 * form from this site, with cookies that the foreign page could not send.
 *
 * @throws GuardError `origin_refused`
 */
export function checkOrigin({ method, headers }: GuardRequest, { origins }: PageConfig): void {
  if (/^(GET|HEAD|OPTIONS)$/.test(method) || headerOf(headers, 'sec-fetch-site') === 'same-origin') return
  const origin = headerOf(headers, 'origin')
  if (origin !== undefined && origins.has(origin)) return
  throw new GuardError('origin_refused', {
    detail: 'The request must come from a page of this site: the option origins of the page guard lists further ones.',
  })
}
