import type { PageGuard } from '../page/page-guard.js'

const mounted = new WeakSet<PageGuard>()

/** Notes that the application answers what is the page guard's own. */
export function mountPages(pages: PageGuard): void {
  mounted.add(pages)
}

/**
 * Without its own paths a page guard cannot let anybody in: the script of the interstitial, or the arrival of a redirect, would
 * be 404. So every page says so at its first visit, also one that passes.
 *
 * @throws Error that says what to write
 */
export function requireMounted(pages: PageGuard): void {
  if (mounted.has(pages)) return
  throw new Error(
    'protectPage: mount pageRoutes(pages) too, with the same page guard, at the root of the site and before',
  )
}
