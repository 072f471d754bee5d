import type { Device } from '@sessionward/protocol'
import type { Session } from './session.js'

/** What a list of sessions shows. Nothing in it can be used to sign in. */
export interface SessionSummary {
  /** `sid` */
  readonly id: string
  /** The client on which the person signed in. */
  readonly clientId: string
  /** Milliseconds since the epoch. */
  readonly createdAt: number
  /**
   * The latest refresh, or the sign-in, in milliseconds since the epoch, accurate to a minute. Null if uses are not recorded: for
   * a session that neither rotates nor has an idle timeout.
   */
  readonly lastSeenAt: number | null
  /** When the session ends if it is not used, in milliseconds since the epoch. */
  readonly idleDeadline: number
  /** When the session ends at the latest, in milliseconds since the epoch. */
  readonly absoluteDeadline: number
  /** The device's own description; null if it sent none. */
  readonly device: Device | null
  /** Network address at sign-in. */
  readonly address: string | null
  /** `User-Agent` at sign-in. */
  readonly userAgent: string | null
}

export function summaryOf(session: Session): SessionSummary {
  const { id, clientId, createdAt, idleDeadline, absoluteDeadline, device, address, userAgent } = session
  const lastSeenAt = lastSeenOf(session)
  return { id, clientId, createdAt, lastSeenAt, idleDeadline, absoluteDeadline, device, address, userAgent }
}

/** Each use supersedes a token, or moves the idle deadline until that reaches the absolute one. */
function lastSeenOf(session: Session): number | null {
  const { createdAt, idleDeadline, idleTimeout, absoluteDeadline, superseded } = session
  const [latest] = superseded
  if (!latest && createdAt + idleTimeout * 1000 >= absoluteDeadline) return null
  return Math.max(createdAt, idleDeadline - idleTimeout * 1000, latest?.at ?? 0)
}
