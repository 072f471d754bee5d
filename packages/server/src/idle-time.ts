/** How long this node has had nothing to do. A database that bills by the hour may sleep while its nodes do. */
export interface IdleTime {
  /** A request came. */
  reset(): void
  /** Seconds since the last one, or since the beginning. */
  seconds(): number
}

/** @param clock Milliseconds, on a clock that only goes forwards. Default: the process's own. */
export function createIdleTime(clock: () => number = () => performance.now()): IdleTime {
  let last = clock()
  return {
    reset() {
      last = clock()
    },
    seconds: () => (clock() - last) / 1000,
  }
}
