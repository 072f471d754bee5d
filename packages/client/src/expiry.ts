/** The clocks of an environment, in milliseconds. */
export interface Clock {
  /** Milliseconds of a clock that never goes back, as `performance.now()`. */
  monotonic(): number
  /** Milliseconds since the epoch, as `Date.now()`. */
  wall(): number
}

/** A point in time on both clocks, in milliseconds. */
export interface Moment {
  /** On the clock that never goes back. */
  readonly monotonic: number
  /** Since the epoch, on the clock that people may set. */
  readonly wall: number
}

export function momentOf(clock: Clock, ago = 0): Moment {
  return { monotonic: clock.monotonic() - ago, wall: clock.wall() - ago }
}

/**
 * Milliseconds since a moment. The monotonic clock stops while some systems sleep, so the wall clock counts if it shows
 * more; the wall clock alone would be wrong after it is set back.
 */
export function since(moment: Moment, clock: Clock): number {
  return Math.max(clock.monotonic() - moment.monotonic, clock.wall() - moment.wall)
}

/** Share of a lifetime after which a token is refreshed ahead: 85 % +-5 %, so that tabs do not all wake together. */
export function shareAhead(random: number): number {
  return 0.8 + random * 0.1
}
