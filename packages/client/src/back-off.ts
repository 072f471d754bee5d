import type { Failure } from './backend/backend.js'
import type { Environment } from './environment.js'
import { RefreshRefusedError, RefreshUnavailableError } from './errors.js'

/** In its first half minute an outage is most likely a restart, and people look at the page. */
const shortOutage = 30_000
const longestAtFirst = 4000
const longestLater = 30_000
const longestAsked = 3_600_000

export type RefreshError = RefreshUnavailableError | RefreshRefusedError

/** When to try again while the auth server gives no tokens. */
export interface BackOff {
  /** Milliseconds until the next try; 0 or less: now. */
  wait(): number
  /** The latest failure since the last success; undefined if there was none. */
  error(): RefreshError | undefined
  /**
   * @param pause Milliseconds until the next try, if another tab has chosen them. Default: what the server asks for, or
   * twice the last pause, with jitter.
   * @returns the milliseconds.
   */
  fail(failure: Failure, pause?: number): number
  /** The page is visible or online again: shortens the wait to what the server asked for. */
  shorten(): void
  reset(): void
}

export function createBackOff({ monotonic: now }: Environment): BackOff {
  /** The latest of an outage. Undefined if there is none; the rest has no meaning then. */
  let failure: Failure | undefined
  let since = 0
  let failures = 0
  let notBefore = 0
  let nextTry = 0
  const wait = () => (failure ? nextTry - now() : 0)
  return {
    wait,
    error: () => failure && errorOf(failure, Math.ceil(wait()) / 1000),
    fail(latest, pause) {
      if (!failure) {
        since = now()
        failures = 0
      }
      failure = latest
      const asked = Math.min((failure.retryAfter ?? 0) * 1000, longestAsked)
      const longest = now() - since < shortOutage ? longestAtFirst : longestLater
      pause ??= Math.max(asked, Math.min(longest, 1000 * 2 ** failures) * (0.7 + Math.random() * 0.3))
      failures++
      notBefore = now() + asked
      nextTry = now() + pause
      return pause
    },
    shorten() {
      nextTry = notBefore
    },
    reset() {
      failure = undefined
    },
  }
}

export function errorOf(failure: Failure, retryAfter: number): RefreshError {
  return failure.verdict === 'fix'
    ? new RefreshRefusedError(failure.code, failure.cause, failure.detail)
    : new RefreshUnavailableError(failure.cause, retryAfter)
}
