import type { Warnings } from './warnings.js'

/** Milliseconds. The window is two of these. */
const halfWindow = 30_000
/** Milliseconds. A clock that is further off is not followed: it could let tokens pass that expired long ago. */
const furthest = 300_000
/** Milliseconds from which the operator should know. */
const noticeable = 2000

/**
 * The auth server's clock, as far as the feed shows it. Each message says what time it was there when it was written, and it
 * may arrive late but never early. So the largest difference of a recent half minute to minute is nearest to the truth, and
 * one that puts the server ahead counts at once.
 *
 * Whoever delays a stream must not move this clock back. So it never falls behind this machine's: a server whose clock is
 * behind is tolerated by `clockTolerance` only. Nor does it fall below what the latest answer to a request showed, because
 * the time limit of a request bounds how late an answer is. The limit of this: where a clock that was ahead is corrected
 * during a stream over HTTP, the guard follows when the stream is next opened. Without a feed it is this machine's clock.
 */
export class ServerClock {
  readonly #now: () => number
  readonly #warnings: Warnings
  #since = Number.NEGATIVE_INFINITY
  /** The difference that the latest answer showed. */
  #answered = Number.NEGATIVE_INFINITY
  #current = Number.NEGATIVE_INFINITY
  #previous: number | undefined

  /** @param now this machine's clock, in milliseconds */
  constructor(now: () => number, warnings: Warnings) {
    this.#now = now
    this.#warnings = warnings
  }

  /** This machine's time, in milliseconds: for ages and pauses. */
  local(): number {
    return this.#now()
  }

  /** The auth server's time, in milliseconds, never earlier than `local()`: for whatever it has signed or written. */
  now(): number {
    const correction = [this.#best, this.#answered].find((offset) => offset <= furthest) ?? 0
    return this.#now() + Math.max(0, correction)
  }

  /** Milliseconds that the auth server's clock is ahead; negative where it is behind, 0 before anything is known. */
  get offset(): number {
    const best = this.#best
    return best > 0 || this.#previous !== undefined ? best : 0
  }

  /** Milliseconds since the auth server wrote a message that has arrived: a message that was delayed is old already. */
  since(watermark: number): number {
    return this.#now() + this.#best - watermark
  }

  /**
   * @param watermark the auth server's time in a message that has just arrived, in milliseconds
   * @param answer whether the message answers a request, so that it cannot be very late
   */
  observe(watermark: number, answer: boolean): void {
    const now = this.#now()
    const offset = watermark - now
    const elapsed = now - this.#since
    // After a long silence, or where this clock was set back, what was measured before says nothing. A subscriber opens a
    // silent stream again long before that, so it is this machine's clock that has moved.
    const known = elapsed >= 0 && elapsed < 2 * halfWindow
    if (answer) this.#answered = offset
    else if (!known) this.#answered = Math.min(this.#answered, offset)
    if (known && elapsed < halfWindow) this.#current = Math.max(this.#current, offset)
    else {
      this.#previous = known ? this.#current : undefined
      this.#current = offset
      this.#since = now
    }
    this.#warn()
  }

  get #best(): number {
    return Math.max(this.#answered, this.#current, this.#previous ?? Number.NEGATIVE_INFINITY)
  }

  #warn(): void {
    const { offset } = this
    if (Math.abs(offset) <= noticeable) return
    const follows = Math.abs(offset) <= furthest
    this.#warnings.warn('clock', !follows ? foreignClock : offset > 0 ? correctedClock : clockBehind)
  }
}

const correctedClock =
  "the auth server's clock is more than 2 s ahead of this machine's. The guard uses the auth server's time; figures().clockOffsetSeconds has the difference."

const clockBehind =
  "the auth server's clock is more than 2 s behind this machine's, which the guard does not correct: set the clocks. figures().clockOffsetSeconds has the difference."

const foreignClock =
  'the clocks of the auth server and of this machine differ by more than 300 s, which the guard does not correct: set the clocks. figures().clockOffsetSeconds has the difference.'
