import type { GuardError } from '../challenge.js'
import type { Principal } from '../principal.js'

/** What `protect` and `protectPage` set: `c.get('auth')`, also written `c.var.auth`. */
export interface GuardVariables {
  readonly auth: Principal
}

/** What they set on an optional route: one of the two. */
export interface OptionalGuardVariables {
  readonly auth: Principal | undefined
  readonly authError: GuardError | undefined
}
