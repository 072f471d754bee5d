import type { Session } from './session.js'

/** When a session ends by itself. Milliseconds on the store's clock. */
export interface Deadlines {
  readonly idleDeadline: number
  readonly absoluteDeadline: number
}

/** The idle deadline of a session that is used now. It never lies past the absolute one. */
export function idleDeadlineAt(session: Pick<Session, 'idleTimeout' | 'absoluteDeadline'>, now: number): number {
  return Math.min(now + session.idleTimeout * 1000, session.absoluteDeadline)
}

/**
 * Whether a grant that confirms nothing should still write the idle deadline: at most every 60 seconds, or a twentieth of
 * the idle timeout where that is less, so that a client which asks often costs the store little.
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
