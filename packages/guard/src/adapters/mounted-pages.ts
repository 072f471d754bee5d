import type { PageGuard } from '../page/page-guard.js'

const mounted = new WeakSet<PageGuard>()

/** Records that the application has mounted the page guard's own endpoints. */
export function mountPages(pages: PageGuard): void {
  mounted.add(pages)
}

/**
 * Without its own endpoints a page guard cannot refresh: the script of the interstitial, or the return from a redirect, would be
 * 404. Checked at every visit, also one that passes, so that the mistake is found early.
 *
 * @throws Error that says what to write
 */
export function requireMounted(pages: PageGuard): void {
  if (mounted.has(pages)) return
  throw new Error(
    'protectPage: mount pageRoutes(pages) too, with the same page guard, at the root of the site and before',
  )
}
