import type { GuardError } from '../challenge.js'
import type { Principal } from '../principal.js'

/** What `protect` and `protectPage` set: `ctx.state.auth`. */
export interface GuardState {
  auth: Principal
}

/** What they set on an optional route: one of the two. */
export interface OptionalGuardState {
  auth: Principal | undefined
  authError: GuardError | undefined
}
