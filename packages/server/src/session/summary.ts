import type { Device } from '@sessionward/protocol'
import type { Session } from './session.js'

/** What a list of sessions shows. Nothing in it can be used to sign in. */
export interface SessionSummary {
  /** `sid` */
  readonly id: string
  readonly clientId: string
  /** Milliseconds since the epoch. */
  readonly createdAt: number
  /** When the session ends if it is not used, in milliseconds since the epoch. */
  readonly idleDeadline: number
  /** When the session ends at the latest, in milliseconds since the epoch. */
  readonly absoluteDeadline: number
  readonly device: Device | null
  /** Network address at sign-in. */
  readonly address: string | null
  /** `User-Agent` at sign-in. */
  readonly userAgent: string | null
}

export function summaryOf(session: Session): SessionSummary {
  const { id, clientId, createdAt, idleDeadline, absoluteDeadline, device, address, userAgent } = session
  return { id, clientId, createdAt, idleDeadline, absoluteDeadline, device, address, userAgent }
}
