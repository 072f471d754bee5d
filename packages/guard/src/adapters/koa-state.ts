import type { GuardError } from '../challenge.js'
import type { Principal } from '../principal.js'

/** What `protect` and `protectPage` set: `ctx.state.auth`. */
export interface GuardState {
  /** Who makes the request. */
  auth: Principal
}

/** What they set on an optional route: exactly one of the two. */
export interface OptionalGuardState {
  /** Who makes the request; undefined if it would have been refused. */
  auth: Principal | undefined
  /** Why the request has no principal. */
  authError: GuardError | undefined
}
