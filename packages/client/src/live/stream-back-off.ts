import type { Environment } from '../environment.js'

const shortest = 1000
const longest = 30_000

/** When to open the stream again. Separate from the core's back-off, so that the bundle of the core does not grow. */
export interface StreamBackOff {
  /** Milliseconds until the next try; 0 or less: now. */
  wait(): number
  /**
   * @param asked Seconds that the auth server asks for.
   * @param pause Milliseconds. Default: twice as long as the last time, 30 s at most.
   */
  fail(asked?: number, pause?: number): void
  /** The page is visible or online again: shortens the wait to what the auth server asked for. */
  shorten(): void
  reset(): void
}

export function createStreamBackOff({ monotonic: now }: Environment): StreamBackOff {
  let failures = 0
  let notBefore = 0
  let nextTry = 0
  return {
    wait: () => nextTry - now(),
    fail(asked = 0, pause = Math.min(longest, shortest * 2 ** failures) * (0.5 + Math.random() / 2)) {
      failures++
      notBefore = now() + asked * 1000
      nextTry = Math.max(notBefore, now() + pause)
    },
    shorten() {
      nextTry = Math.min(nextTry, notBefore)
    },
    reset() {
      failures = 0
    },
  }
}
