import type { Transport } from '@sessionward/protocol'
import { idleDeadlineAt, passedDeadline } from './lifetime.js'
import { decideRotation } from './rotation.js'
import type { SessionKindName } from './session.js'

/** A kind of session is a value: what a presented token means to it, and when it ends by itself. */
export interface SessionKind {
  readonly name: SessionKindName
  /** How its tokens may travel. The first is meant where a sign-in names none. */
  readonly transports: readonly [Transport, ...Transport[]]
  readonly decide: typeof decideRotation
  readonly deadlines: { readonly idleAt: typeof idleDeadlineAt; readonly passed: typeof passedDeadline }
}

/** Refresh tokens that rotate at each use. */
const rotating: SessionKind = {
  name: 'rotating',
  transports: ['cookie', 'body'],
  decide: decideRotation,
  deadlines: { idleAt: idleDeadlineAt, passed: passedDeadline },
}

/** A single token: the access token is exchanged for the next one before it expires, by the same rule. */
const sliding: SessionKind = {
  name: 'sliding',
  transports: ['body'],
  decide: decideRotation,
  deadlines: { idleAt: idleDeadlineAt, passed: passedDeadline },
}

export const kinds: Readonly<Record<SessionKindName, SessionKind>> = { rotating, sliding }
