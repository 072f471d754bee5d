import type { Warnings } from './warnings.js'

/** Milliseconds. The window is two of these. */
const halfWindow = 30_000
/** Milliseconds. Larger differences are not corrected: a wrong clock could let tokens pass that expired long ago. */
const maxOffset = 300_000
/** Milliseconds of difference from which the operator is warned. */
const warnAbove = 2000

/**
 * Estimates the auth server's clock from the feed. Each message has the server time at which it was written, and can arrive
 * late but never early. So the largest difference of the last 30 to 60 seconds is the best estimate, and a larger one applies
 * immediately.
 *
 * An attacker who delays a stream must not be able to move this clock back. So it never falls behind the local clock
 * (`clockTolerance` covers a server that is behind), nor below the offset of the latest response to a request, because the
 * request timeout limits how late a response can be. Limitation: if a server clock that was ahead is corrected during a stream,
 * the guard notices when the stream is next opened. Without a feed it is the local clock.
 */
export class ServerClock {
  readonly #now: () => number
  readonly #warnings: Warnings
  #windowStart = Number.NEGATIVE_INFINITY
  /** The offset according to the latest response to a request. */
  #responseOffset = Number.NEGATIVE_INFINITY
  #currentOffset = Number.NEGATIVE_INFINITY
  #previousOffset: number | undefined

  /** @param now this machine's clock, in milliseconds */
  constructor(now: () => number, warnings: Warnings) {
    this.#now = now
    this.#warnings = warnings
  }

  /** Local time in milliseconds, for ages and delays. */
  local(): number {
    return this.#now()
  }

  /** The auth server's time in milliseconds, never earlier than `local()`: for timestamps that the server has written. */
  now(): number {
    const best = this.#bestOffset
    const correction = best <= maxOffset ? best : this.#responseOffset
    return this.#now() + (correction <= maxOffset ? Math.max(0, correction) : 0)
  }

  /** Milliseconds that the auth server's clock is ahead; negative where it is behind, 0 before anything is known. */
  get offset(): number {
    const best = this.#bestOffset
    return best > 0 || this.#previousOffset !== undefined ? best : 0
  }

  /** Milliseconds since the auth server wrote a message. Includes the delay of its delivery. */
  since(watermark: number): number {
    return this.#now() + this.#bestOffset - watermark
  }

  /**
   * @param watermark the auth server's time in a message that has just arrived, in milliseconds
   * @param answer whether the message answers a request, so that it cannot be very late
   */
  observe(watermark: number, answer: boolean): void {
    const now = this.#now()
    const offset = watermark - now
    const elapsed = now - this.#windowStart
    // Earlier measurements are obsolete after a long silence, or after the local clock was set back. A subscriber reopens a
    // silent stream much earlier, so after such a gap it is the local clock that was changed.
    const known = elapsed >= 0 && elapsed < 2 * halfWindow
    if (answer) this.#responseOffset = offset
    else if (!known) this.#responseOffset = Math.min(this.#responseOffset, offset)
    if (known && elapsed < halfWindow) this.#currentOffset = Math.max(this.#currentOffset, offset)
    else {
      this.#previousOffset = known ? this.#currentOffset : undefined
      this.#currentOffset = offset
      this.#windowStart = now
    }
    this.#warn()
  }

  get #bestOffset(): number {
    return Math.max(this.#responseOffset, this.#currentOffset, this.#previousOffset ?? Number.NEGATIVE_INFINITY)
  }

  #warn(): void {
    const { offset } = this
    if (Math.abs(offset) <= warnAbove) return
    const follows = Math.abs(offset) <= maxOffset
    this.#warnings.warn('clock', !follows ? foreignClock : offset > 0 ? correctedClock : clockBehind)
  }
}

const correctedClock =
  "the auth server's clock is more than 2 s ahead of this machine's. The guard uses the auth server's time; figures().clockOffsetSeconds has the difference."

const clockBehind =
  "the auth server's clock is more than 2 s behind this machine's, which the guard does not correct: set the clocks. figures().clockOffsetSeconds has the difference."

const foreignClock =
  'the clocks of the auth server and of this machine differ by more than 300 s, which the guard does not correct: set the clocks. figures().clockOffsetSeconds has the difference.'
