import type { GuardError } from '../challenge.js'
import type { Principal } from '../principal.js'

/** What `protect` and `protectPage` set: `c.get('auth')`, also written `c.var.auth`. */
export interface GuardVariables {
  /** Who makes the request. */
  readonly auth: Principal
}

/** What they set on an optional route: exactly one of the two. */
export interface OptionalGuardVariables {
  /** Who makes the request; undefined if it would have been refused. */
  readonly auth: Principal | undefined
  /** Why the request has no principal. */
  readonly authError: GuardError | undefined
}
