import type { User } from '@sessionward/protocol'
import type { Router } from 'vue-router'
import type { SignIn } from '../account.js'
import { attachable } from '../attach/attachable.js'
import type { Client } from '../client.js'
import { createRouteGuard } from './route-guard.js'
import { type GuardRoutesOptions, readRouteOptions } from './route-options.js'
import { createRouteRedirects } from './route-redirects.js'
import { scopedRoutes } from './scoped-routes.js'

export type { GuardRoutesOptions } from './route-options.js'
export type { GuardedMeta } from './route-rules.js'

/** Registered, because a page may load this module twice. */
const attachment: unique symbol = Symbol.for('sessionward.vue-router') as never

/**
 * Opens the routes of a router to those who may see them: `meta: { auth: true }` to whoever is signed in, and
 * `meta: { scope: 'admin' }` to those whose scope has that. It spares people pages that do not work; what they may do,
 * the servers decide.
 *
 * - The first navigation waits until it is known who is there, so that neither sign-in nor a guarded page flashes.
 * - Without a sign-in it leads to the page of sign-in, and from there by itself to the wanted route.
 * - When the session ends, or the scope no longer allows it, a guarded page is left.
 * - `routes` are added and removed with the scope of the person.
 *
 * On a server nothing is waited for: guarded routes are for the browser. Calling it again for the same router replaces the
 * options.
 *
 * @returns a function that detaches, and removes `routes`.
 * @throws TypeError that names the option and what was expected.
 */
export function guardRoutes<U = User, I extends object = SignIn>(
  router: Router,
  client: Client<U, I>,
  options: GuardRoutesOptions<U>,
): () => void {
  if (!client?.[attachable]) throw new TypeError('guardRoutes: expected what `createClient` returned.')
  const config = readRouteOptions(options as GuardRoutesOptions<never>, router)
  const attached = router as Router & { [attachment]?: (() => void) | undefined }
  attached[attachment]?.()

  const scoped = scopedRoutes(router, config)
  const guard = createRouteGuard(router, client, config, createRouteRedirects(router, config), scoped)
  const stops = [
    router.beforeEach((to) => guard.before(to)),
    router.beforeResolve((to) => guard.beforeResolve(to)),
    client.subscribe(guard.follow),
    scoped.removeAll,
  ]
  const detach = () => {
    for (const stop of stops.splice(0)) stop()
    if (attached[attachment] === detach) attached[attachment] = undefined
  }
  attached[attachment] = detach
  guard.follow()
  return detach
}
