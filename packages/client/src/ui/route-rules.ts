import type { RouteLocation } from 'vue-router'
import type { ClientState } from '../session.js'
import { splitScope } from './scope.js'

/** What `guardRoutes` reads in the `meta` of a route. A child needs what its parents need, too. */
export interface GuardedMeta {
  /** Whether somebody must be signed in. Default false. */
  readonly auth?: boolean | undefined
  /** What the signed-in person must be allowed to do, all of it: `admin`, `orders invoices` or a list. Implies `auth`. */
  readonly scope?: string | readonly string[] | undefined
  /** Opens for everybody, as soon as it is known who is there: for a page that looks different for them. Default false. */
  readonly optional?: boolean | undefined
}

/** The visitor of a route, as far as the page knows. */
export type Visitor =
  | { readonly kind: 'unknown' }
  | { readonly kind: 'nobody' }
  | { readonly kind: 'person'; readonly scope: readonly string[] }

export type Verdict = 'open' | 'wait' | 'sign-in' | 'forbidden'

/**
 * Determines the visitor. Unknown until the auth server has confirmed the session, even if a user is stored from the last visit.
 */
export function visitorOf(
  { state, session }: { readonly state: ClientState; readonly session: object | undefined },
  scope: () => readonly string[],
): Visitor {
  if (session) return { kind: 'person', scope: scope() }
  return { kind: /anonymous|reauth/.test(state) ? 'nobody' : 'unknown' }
}

/** Whether the route opens for the visitor, and if not, why. */
export function decideRoute({ matched }: Pick<RouteLocation, 'matched'>, visitor: Visitor): Verdict {
  const metas = matched.map(({ meta }) => meta as GuardedMeta)
  const guarded = metas.some(({ auth, scope }) => auth || scope !== undefined)
  if (!guarded) return visitor.kind === 'unknown' && metas.some(({ optional }) => optional) ? 'wait' : 'open'
  if (visitor.kind === 'unknown') return 'wait'
  if (visitor.kind === 'nobody') return 'sign-in'
  return metas.every((meta) => covers(visitor.scope, meta)) ? 'open' : 'forbidden'
}

/** Whether the scope has everything that the route requires. */
export function covers(scope: readonly string[], { scope: needed }: GuardedMeta): boolean {
  return splitScope(needed).every((one) => scope.includes(one))
}
