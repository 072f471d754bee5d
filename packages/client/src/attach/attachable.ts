import type { ClientConfig } from '../config.js'
import type { Replay } from '../request-replay.js'

/** What an attachment needs of a client: how to send a request with its session, and to which origins. */
export interface Attachable {
  readonly config: ClientConfig
  readonly replay: Replay
  /** Catches up with the other tabs. */
  readonly wake: () => Promise<void>
}

/** The property of a client that holds it. Registered, because a page may load this module twice. */
export const attachable: unique symbol = Symbol.for('sessionward.attachable') as never

/** The part of a client that attachments use. */
export interface AttachableClient {
  readonly reason: string | undefined
  readonly [attachable]: Attachable
}
