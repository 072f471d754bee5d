/** How long this node has received no request, so that an idle node lets a database that is billed by usage sleep. */
export interface IdleTime {
  /** Call it for each request. */
  reset(): void
  /** Seconds since the last request, or since the start. */
  seconds(): number
}

/** @param clock A monotonic clock in milliseconds. Default `performance.now`. */
export function createIdleTime(clock: () => number = () => performance.now()): IdleTime {
  let last = clock()
  return {
    reset() {
      last = clock()
    },
    seconds: () => (clock() - last) / 1000,
  }
}
