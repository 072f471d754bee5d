import type { Transport } from '@sessionward/protocol'
import { decideFixed } from './fixed-token.js'
import { idleDeadlineAt, passedDeadline } from './lifetime.js'
import { fixedLifetimesFor, lifetimesFor } from './policy.js'
import { decideRotation } from './rotation.js'
import type { SessionKindName } from './session.js'

/** A kind of session is a value: what a presented token means to it, and when it ends by itself. */
export interface SessionKind {
  readonly name: SessionKindName
  /** How its tokens may travel. The first is meant where a sign-in names none. */
  readonly transports: readonly [Transport, ...Transport[]]
  /** What an exchange hands out: the next token, or the same one again. */
  readonly exchange: 'next token' | 'same token'
  readonly decide: typeof decideRotation
  readonly lifetimesFor: typeof lifetimesFor
  readonly deadlines: { readonly idleAt: typeof idleDeadlineAt; readonly passed: typeof passedDeadline }
}

const deadlines: SessionKind['deadlines'] = { idleAt: idleDeadlineAt, passed: passedDeadline }

/** Refresh tokens that rotate at each use. */
const rotating: SessionKind = {
  name: 'rotating',
  transports: ['cookie', 'body'],
  exchange: 'next token',
  decide: decideRotation,
  lifetimesFor,
  deadlines,
}

/** A single token: the access token is exchanged for the next one before it expires, by the same rule. */
const sliding: SessionKind = {
  name: 'sliding',
  transports: ['body'],
  exchange: 'next token',
  decide: decideRotation,
  lifetimesFor,
  deadlines,
}

/** The identity cookie: one token from the sign-in to the end. Its idle timeout is the absolute one, so no use is written. */
const fixed: SessionKind = {
  name: 'fixed',
  transports: ['cookie', 'body'],
  exchange: 'same token',
  decide: decideFixed,
  lifetimesFor: fixedLifetimesFor,
  deadlines,
}

export const kinds: Readonly<Record<SessionKindName, SessionKind>> = { rotating, sliding, fixed }
