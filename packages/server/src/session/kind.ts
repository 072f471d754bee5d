import type { Transport } from '@sessionward/protocol'
import { decideFixed } from './fixed-token.js'
import { fixedLifetimesFor, idleDeadlineAt, lifetimesFor, passedDeadline } from './lifetime.js'
import { decideRotation } from './rotation.js'
import type { SessionKindName } from './session.js'

/** How sessions of one kind interpret a presented token, and when they expire. */
export interface SessionKind {
  readonly name: SessionKindName
  /** The transports that its tokens may use. The first is the default of a sign-in. */
  readonly transports: readonly [Transport, ...Transport[]]
  /** What an exchange returns: the next token, or the same one. */
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

/** A single token: the access token is exchanged for the next one before it expires, by the same rotation rule. */
const sliding: SessionKind = {
  name: 'sliding',
  transports: ['body'],
  exchange: 'next token',
  decide: decideRotation,
  lifetimesFor,
  deadlines,
}

/** The identity cookie: one token for the whole session. Its idle timeout equals the absolute one, so uses are not written. */
const fixed: SessionKind = {
  name: 'fixed',
  transports: ['cookie', 'body'],
  exchange: 'same token',
  decide: decideFixed,
  lifetimesFor: fixedLifetimesFor,
  deadlines,
}

export const kinds: Readonly<Record<SessionKindName, SessionKind>> = { rotating, sliding, fixed }
