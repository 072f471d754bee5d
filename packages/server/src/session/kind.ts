import { idleDeadlineAt, passedDeadline } from './lifetime.js'
import { decideRotation } from './rotation.js'

/** A kind of session is a value: what a presented token means to it, and when it ends by itself. */
export interface SessionKind {
  readonly decide: typeof decideRotation
  readonly deadlines: { readonly idleAt: typeof idleDeadlineAt; readonly passed: typeof passedDeadline }
}

/** Refresh tokens that rotate at each use. */
export const rotating: SessionKind = {
  decide: decideRotation,
  deadlines: { idleAt: idleDeadlineAt, passed: passedDeadline },
}
