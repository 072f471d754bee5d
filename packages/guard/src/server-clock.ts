import type { Warnings } from './warnings.js'

/** Milliseconds. The window is two of these. */
const halfWindow = 30_000
/** Milliseconds. A clock that is further off is not followed: it could let tokens pass that expired long ago. */
const furthest = 300_000
/** Milliseconds from which the operator should know. */
const noticeable = 2000

/**
 * The auth server's clock, as far as the feed shows it. Each message says what time it was there when it was written, and it
 * may arrive late but never early. So the largest difference of a recent half minute to minute is nearest to the truth: one
 * that puts the server ahead counts at once, one that puts it behind only after half a minute, when lateness is no longer
 * the likelier reason. Without a feed it is this machine's clock.
 */
export class ServerClock {
  readonly #now: () => number
  readonly #warnings: Warnings
  #since = Number.NEGATIVE_INFINITY
  #current = 0
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

  /** The auth server's time, in milliseconds: for whatever it has signed or written. */
  now(): number {
    const { offset } = this
    return this.#now() + (Math.abs(offset) <= furthest ? offset : 0)
  }

  /** Milliseconds that the auth server's clock is ahead; negative where it is behind, 0 before anything is known. */
  get offset(): number {
    const largest = Math.max(this.#current, this.#previous ?? Number.NEGATIVE_INFINITY)
    return largest > 0 || this.#previous !== undefined ? largest : 0
  }

  /** @param watermark the auth server's time in a message that has just arrived, in milliseconds */
  observe(watermark: number): void {
    const now = this.#now()
    const offset = watermark - now
    const elapsed = now - this.#since
    if (elapsed >= 0 && elapsed < halfWindow) this.#current = Math.max(this.#current, offset)
    else {
      // After a long silence, or where this clock was set back, what was measured before says nothing.
      this.#previous = elapsed >= 0 && elapsed < 2 * halfWindow ? this.#current : undefined
      this.#current = offset
      this.#since = now
    }
    this.#warn()
  }

  #warn(): void {
    const { offset } = this
    if (Math.abs(offset) <= noticeable) return
    const follows = Math.abs(offset) <= furthest
    this.#warnings.warn('clock', follows ? correctedClock : foreignClock)
  }
}

const correctedClock =
  "the clocks of the auth server and of this machine differ by more than 2 s. The guard uses the auth server's time; figures().clockOffsetSeconds has the difference."

const foreignClock =
  'the clocks of the auth server and of this machine differ by more than 300 s, which the guard does not correct: set the clocks. figures().clockOffsetSeconds has the difference.'
