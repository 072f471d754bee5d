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
 * Seconds in which a change of an account is made, at most. What is read of a profile within that time of a change, or of a
 * sign-in, may be either side of it, and is not taken from a cache.
 */
export const profileGracePeriod = 30

const idleWithoutRemember = 12 * hour

/** The lifetimes of one session: a sign-in that is not to be remembered idles out within 12 hours. */
export function lifetimesFor(lifetimes: Lifetimes, remember: boolean): Lifetimes {
  return remember ? lifetimes : { ...lifetimes, idle: Math.min(lifetimes.idle, idleWithoutRemember) }
}
