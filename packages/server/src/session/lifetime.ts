import type { Session } from './session.js'

/** Lifetimes in seconds. */
export interface Lifetimes {
  /** Access token. Default 300. */
  readonly accessToken: number
  /** Idle timeout: a session ends when it has not been refreshed for this long. Default 14 days. */
  readonly idle: number
  /** Absolute timeout: a session ends this long after the sign-in, even if it is used. Default 90 days. */
  readonly absolute: number
}

const hour = 3600
const day = 24 * hour

/** Named sets of lifetimes. `strict` is AAL2 of NIST SP 800-63B-4 section 2.2.3. */
export const presets = {
  default: { accessToken: 300, idle: 14 * day, absolute: 90 * day },
  strict: { accessToken: 300, idle: hour, absolute: day },
} as const satisfies Record<string, Lifetimes>

/**
 * Maximum number of seconds that a change of an account takes. A profile that is read within that time of a change or a sign-in
 * may or may not contain the change, so it is not taken from a cache.
 */
export const profileGracePeriod = 30

const maxIdleWithoutRemember = 12 * hour

/** The lifetimes of one session. Without `remember` the idle timeout is at most 12 hours. */
export function lifetimesFor(lifetimes: Lifetimes, remember: boolean): Lifetimes {
  return remember ? lifetimes : { ...lifetimes, idle: Math.min(lifetimes.idle, maxIdleWithoutRemember) }
}

/** A fixed session is not renewed by use, so it has a single deadline. Without `remember` that is at most 12 hours. */
export function fixedLifetimesFor(lifetimes: Lifetimes, remember: boolean): Lifetimes {
  const absolute = remember ? lifetimes.absolute : Math.min(lifetimes.absolute, maxIdleWithoutRemember)
  return { ...lifetimes, idle: absolute, absolute }
}

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
