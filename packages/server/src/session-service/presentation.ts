import type { Transport } from '@sessionward/protocol'
import type { RequestEvidence } from '../binding/request-evidence.js'

/** How a client requests the next tokens. */
export interface Presentation {
  /** A refresh token, or the access token of a sliding session. */
  readonly token: string
  /** The transport of the token; a session keeps the transport it started with. */
  readonly transport: Transport
  /** `false` uses the token without issuing the next one, and accepts either transport. Default true. */
  readonly rotate?: boolean
  /** The client that authenticated, or the one in the cookie's name. Default: not checked. */
  readonly clientId?: string
  /** The session that the caller expects. Default: not checked. */
  readonly sid?: string
  /** What the request proves in addition to the token. Default: nothing. */
  readonly evidence?: RequestEvidence
}
