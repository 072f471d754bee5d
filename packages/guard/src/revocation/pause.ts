const longest = 30

/**
 * Milliseconds to wait before the next attempt to read the feed: twice as long after each failure, 30 s at most. Half of it is
 * random, so that guards that lost one auth server do not all come back at once.
 *
 * @param failures since the latest message
 * @param first seconds
 * @param random from 0 to 1
 */
export function retryPause(failures: number, first: number, random: number): number {
  return Math.min(longest, first * 2 ** Math.min(failures, 10)) * 1000 * (0.5 + random / 2)
}

/** Resolves after a time, or as soon as `stop` is aborted. */
export function pause(milliseconds: number, stop: AbortSignal): Promise<void> {
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

/** Waiting for the feed must not keep a process alive that has nothing else to do. Browsers' timers are numbers. */
export function unref(timer: ReturnType<typeof setTimeout>): ReturnType<typeof setTimeout> {
  const maybe = timer as { unref?: () => void }
  maybe.unref?.()
  return timer
}
