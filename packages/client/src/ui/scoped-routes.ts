import type { RouteRecordRaw, Router } from 'vue-router'
import type { GuardRoutesConfig } from './route-options.js'
import { covers, type GuardedMeta, type Visitor } from './route-rules.js'

/** The routes that a router has only for those who may use them. */
export interface ScopedRoutes {
  /**
   * Adds and removes what is due for the visitor. While nobody is signed in all are there, closed by the guard: the way to
   * one of them leads over the page of sign-in, and not to "page not found".
   *
   * @returns whether that changed anything.
   */
  update(visitor: Visitor): boolean
  removeAll(): void
}

export function scopedRoutes(router: Router, { routes, parent }: GuardRoutesConfig): ScopedRoutes {
  const present = new Map<RouteRecordRaw, () => void>()
  const add = (route: RouteRecordRaw) => {
    present.set(route, parent === undefined ? router.addRoute(route) : router.addRoute(parent, route))
  }
  const remove = (route: RouteRecordRaw) => {
    present.get(route)?.()
    present.delete(route)
  }
  return {
    update(visitor) {
      const isDue = (route: RouteRecordRaw) =>
        visitor.kind !== 'person' || covers(visitor.scope, route.meta as GuardedMeta)
      const changed = routes.filter((route) => present.has(route) !== isDue(route))
      for (const route of changed) (present.has(route) ? remove : add)(route)
      return changed.length > 0
    },
    removeAll() {
      for (const route of [...present.keys()]) remove(route)
    },
  }
}
