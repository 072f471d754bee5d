const maxDelay = 30

/**
 * Milliseconds until the next attempt to read the feed: exponential backoff, at most 30 s. Half of it is random, so that guards
 * do not all reconnect at the same time.
 *
 * @param failures since the latest message
 * @param first delay in seconds
 * @param random from 0 to 1
 */
export function retryDelay(failures: number, first: number, random: number): number {
  return Math.min(maxDelay, first * 2 ** Math.min(failures, 10)) * 1000 * (0.5 + random / 2)
}

/** Resolves after the delay, or when `stop` is aborted. */
export function sleep(milliseconds: number, stop: AbortSignal): Promise<void> {
  if (stop.aborted) return Promise.resolve()
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer)
      stop.removeEventListener('abort', end)
      resolve()
    }
    const timer = unref(setTimeout(end, milliseconds))
    stop.addEventListener('abort', end)
  })
}

/** The feed alone must not keep a process alive. In browsers timers are numbers, without `unref`. */
export function unref(timer: ReturnType<typeof setTimeout>): ReturnType<typeof setTimeout> {
  const maybe = timer as { unref?: () => void }
  maybe.unref?.()
  return timer
}
