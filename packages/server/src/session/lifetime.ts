import type { Session } from './session.js'

/** When a session expires. Milliseconds on the store's clock. */
export interface Deadlines {
  readonly idleDeadline: number
  readonly absoluteDeadline: number
}

/** The idle deadline of a session that is used at `now`, never later than its absolute deadline. */
export function idleDeadlineAt(session: Pick<Session, 'idleTimeout' | 'absoluteDeadline'>, now: number): number {
  return Math.min(now + session.idleTimeout * 1000, session.absoluteDeadline)
}

/**
 * Whether a grant that confirms nothing should write the idle deadline. At most once in 60 seconds, or in a twentieth of the
 * idle timeout if that is less, so that frequent refreshes cause few writes.
 */
export function isTouchDue(session: Session, now: number): boolean {
  const interval = Math.min(60, session.idleTimeout / 20) * 1000
  return idleDeadlineAt(session, now) - session.idleDeadline >= interval
}

/** Which deadline has passed, if any. */
export function passedDeadline(session: Deadlines, now: number): 'idle' | 'absolute' | null {
  if (now >= session.absoluteDeadline) return 'absolute'
  return now >= session.idleDeadline ? 'idle' : null
}
