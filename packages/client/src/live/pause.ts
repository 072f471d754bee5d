import type { Environment } from '../environment.js'

const first = 1000
const longest = 30_000

/** When to open the stream again. Not the core's own: what shares nothing with the core is no burden to it. */
export interface Pause {
  /** Milliseconds until the next try; 0 or less: now. */
  left(): number
  /**
   * @param asked Seconds that the auth server asks for.
   * @param pause Milliseconds. Default: twice as long as the last time, 30 s at most.
   */
  fail(asked?: number, pause?: number): void
  /** Somebody looks, or the network is back: only what the auth server asked for is still waited for. */
  hurry(): void
  reset(): void
}

export function createPause({ monotonic: now }: Environment): Pause {
  let failures = 0
  let notBefore = 0
  let nextTry = 0
  return {
    left: () => nextTry - now(),
    fail(asked = 0, pause = Math.min(longest, first * 2 ** failures) * (0.5 + Math.random() / 2)) {
      failures++
      notBefore = now() + asked * 1000
      nextTry = Math.max(notBefore, now() + pause)
    },
    hurry() {
      nextTry = Math.min(nextTry, notBefore)
    },
    reset() {
      failures = 0
    },
  }
}
