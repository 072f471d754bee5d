import type { ClientConfig } from '../config.js'
import type { Replay } from '../request-replay.js'
import type { Session } from '../session.js'

/** The internals of a client that attachments use. */
export interface Attachable {
  readonly config: ClientConfig
  readonly replay: Replay
  readonly session: Session
  /** Catches up with the other tabs. */
  readonly wake: () => Promise<void>
}

/** The property of a client that holds it. Registered, because a page may load this module twice. */
export const attachable: unique symbol = Symbol.for('sessionward.attachable') as never

/** The part of a client that attachments use. */
export interface AttachableClient {
  /** Why nobody is signed in. */
  readonly reason: string | undefined
  readonly [attachable]: Attachable
}
