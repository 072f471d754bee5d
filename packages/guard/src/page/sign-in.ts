import type { PageConfig } from './page-options.js'

/**
 * URL of the sign-in page, with `return_to`.
 *
 * @param back path and query of a page of this site
 */
export function signInAddress({ signIn, origin }: PageConfig, back: string, reason?: string): string {
  const url = new URL(signIn)
  const isHere = url.origin === origin
  url.searchParams.set('return_to', isHere ? back : origin + back)
  if (reason !== undefined) url.searchParams.set('reason', reason)
  return isHere ? url.pathname + url.search + url.hash : url.href
}
