import { resolveReturnTo } from '@sessionward/protocol'
import type { RouteLocation, RouteLocationRaw, Router } from 'vue-router'
import type { GuardRoutesConfig } from './route-options.js'

/** The pages that a navigation is redirected to, and the way back from them. */
export interface RouteRedirects {
  isSignIn(route: RouteLocation): boolean
  isUnavailable(route: RouteLocation): boolean
  isForbidden(route: RouteLocation): boolean
  /** @param returnPath The path to come back to. Default: none. */
  signIn(returnPath?: string): RouteLocationRaw
  unavailable(returnPath: string): RouteLocationRaw
  /** The path that the page comes back to; `home` if none is named. */
  returnPath(page: RouteLocation): string
}

/** Any origin: of an address only the path is used. */
const base = 'https://return-to.invalid'
const parameter = 'return_to'

export function createRouteRedirects(router: Router, config: GuardRoutesConfig): RouteRedirects {
  const { signIn, unavailable, forbidden, home } = config
  const isAt =
    (place: RouteLocationRaw) =>
    ({ path }: RouteLocation) =>
      router.resolve(place).path === path
  const withReturnTo = (place: RouteLocationRaw, returnPath?: string): RouteLocationRaw => {
    const { path, query, hash } = router.resolve(place)
    return { path, hash, query: returnPath === undefined ? query : { ...query, [parameter]: encoded(returnPath) } }
  }
  return {
    isSignIn: isAt(signIn),
    isUnavailable: isAt(unavailable),
    isForbidden: isAt(forbidden),
    signIn: (returnPath) => withReturnTo(signIn, returnPath),
    unavailable: (returnPath) => withReturnTo(unavailable, returnPath),
    returnPath: ({ query }) => resolveReturnTo(query[parameter], { base, home }).slice(base.length),
  }
}

/** In ASCII, as the way back must be. A path that a program gave to the router is as it was written. */
function encoded(path: string): string {
  return new URL(base + path).href.slice(base.length)
}

/** Whether the page was opened on the way to another one. */
export function hasReturnTo({ query }: RouteLocation): boolean {
  return query[parameter] !== undefined
}
