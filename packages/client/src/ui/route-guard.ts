import type { RouteLocation, RouteLocationRaw, Router } from 'vue-router'
import { attachable } from '../attach/attachable.js'
import type { Client } from '../client.js'
import type { GuardRoutesConfig } from './route-options.js'
import { hasReturnTo, type RouteRedirects } from './route-redirects.js'
import { decideRoute, type Visitor, visitorOf } from './route-rules.js'
import { scopeOfToken, splitScope } from './scope.js'
import type { ScopedRoutes } from './scoped-routes.js'

/** The part of a client that a router needs. */
type RoutedClient<U> = Pick<Client<U>, 'state' | 'reason' | 'user' | 'session' | 'subscribe' | typeof attachable>

export interface RouteGuard {
  /** Before a navigation: waits until it is known who is there. @returns where it leads instead. */
  before(to: RouteLocation): Promise<RouteLocationRaw | undefined>
  /** Once its components are loaded, which may take a while. */
  beforeResolve(to: RouteLocation): RouteLocationRaw | undefined
  /** Looks who is there now: adds and removes routes, and leaves a page that is theirs no more. */
  follow(): void
}

export function createRouteGuard<U>(
  router: Router,
  client: RoutedClient<U>,
  config: GuardRoutesConfig,
  redirects: RouteRedirects,
  scoped: ScopedRoutes,
): RouteGuard {
  const {
    session,
    config: { environment },
  } = client[attachable]
  const { scopeOf, patience } = config
  const scopeNow = () =>
    (scopeOf ? client.user && splitScope(scopeOf(client.user as never)) : scopeOfToken(client)) ?? []
  const look = () => visitorOf(client, scopeNow)
  let visitor: Visitor = { kind: 'unknown' }
  let owner: string | undefined
  /** Who had to leave the wanted page: the next person does not go on there. */
  let leaver: string | undefined
  let waited: Promise<void> | undefined

  const returnTarget = (page: RouteLocation) =>
    leaver !== undefined && leaver !== session.owner ? config.home : redirects.returnPath(page)
  /** Where a navigation leads instead. Nothing: to the route. */
  const redirectFor = (to: RouteLocation): RouteLocationRaw | undefined => {
    const now = look()
    if (redirects.isSignIn(to) || redirects.isUnavailable(to)) {
      if (!hasReturnTo(to)) return undefined
      if (now.kind === 'person') return returnTarget(to)
      return now.kind === 'nobody' && !redirects.isSignIn(to) ? redirects.signIn(redirects.returnPath(to)) : undefined
    }
    switch (decideRoute(to, now)) {
      case 'open':
        return undefined
      case 'wait':
        // An `optional` route opens for whoever it is.
        return decideRoute(to, { kind: 'nobody' }) === 'open' ? undefined : redirects.unavailable(to.fullPath)
      case 'sign-in':
        return redirects.signIn(to.fullPath)
      case 'forbidden':
        return redirects.isForbidden(to) ? redirects.signIn() : config.forbidden
    }
  }
  /** Waits once: while the auth server is unavailable, later navigations do not wait again. */
  const whenKnown = () => {
    waited ??= new Promise((resolve) => {
      const done = () => {
        stop()
        cancel()
        resolve()
      }
      const stop = client.subscribe(() => look().kind !== 'unknown' && done())
      const cancel = environment.after(patience, done)
    })
    return waited
  }

  return {
    async before(to) {
      if (decideRoute(to, look()) === 'wait' && environment.page) {
        await whenKnown()
        // The route may be among those that have been removed meanwhile.
        if (router.resolve(to.fullPath).matched.at(-1) !== to.matched.at(-1)) return to.fullPath
      }
      const target = redirectFor(to)
      if (target && visitor.kind !== 'person') leaver = undefined
      return target
    },
    beforeResolve: redirectFor,
    follow() {
      const before = visitor
      const leaving = owner
      visitor = look()
      owner = session.owner
      scoped.update(visitor)
      const here = router.currentRoute.value
      // Nothing is shown yet: the navigation under way asks by itself.
      if (here.matched.length === 0) return
      const arrived = visitor.kind === 'person' && before.kind !== 'person' && redirects.isSignIn(here)
      const target = arrived ? returnTarget(here) : redirectFor(here)
      if (!target) return
      if (visitor.kind === 'nobody') leaver = leaving
      const asked = visitor.kind === 'nobody' && client.reason === 'signed_out'
      // The router has told its `onError`; nobody waits for this promise.
      router.replace(asked ? redirects.signIn() : target).catch(() => {})
    },
  }
}
