import { resolveReturnTo } from '@sessionward/protocol'
import type { RouteLocation, RouteLocationRaw, Router } from 'vue-router'
import type { GuardRoutesConfig } from './route-options.js'

/** Where a navigation leads that does not end at the wanted route, and how it comes back. */
export interface RoutePlaces {
  isSignIn(route: RouteLocation): boolean
  isUnavailable(route: RouteLocation): boolean
  isForbidden(route: RouteLocation): boolean
  /** @param wanted the path to come back to. Default: none. */
  signIn(wanted?: string): RouteLocationRaw
  unavailable(wanted: string): RouteLocationRaw
  /** The path that the page comes back to; `home` if none is named. */
  wanted(page: RouteLocation): string
}

/** Any origin: of an address only the path is used. */
const base = 'https://return-to.invalid'
const parameter = 'return_to'

export function routePlaces(router: Router, config: GuardRoutesConfig): RoutePlaces {
  const { signIn, unavailable, forbidden, home } = config
  const isAt =
    (place: RouteLocationRaw) =>
    ({ path }: RouteLocation) =>
      router.resolve(place).path === path
  const comingBack = (place: RouteLocationRaw, wanted?: string): RouteLocationRaw => {
    const { path, query, hash } = router.resolve(place)
    return { path, hash, query: wanted === undefined ? query : { ...query, [parameter]: encoded(wanted) } }
  }
  return {
    isSignIn: isAt(signIn),
    isUnavailable: isAt(unavailable),
    isForbidden: isAt(forbidden),
    signIn: (wanted) => comingBack(signIn, wanted),
    unavailable: (wanted) => comingBack(unavailable, wanted),
    wanted: ({ query }) => resolveReturnTo(query[parameter], { base, home }).slice(base.length),
  }
}

/** In ASCII, as the way back must be. A path that a program gave to the router is as it was written. */
function encoded(path: string): string {
  return new URL(base + path).href.slice(base.length)
}

/** Whether the page was opened on the way to another one. */
export function isOnTheWay({ query }: RouteLocation): boolean {
  return query[parameter] !== undefined
}
