/** How long this node has had nothing to do. A database that bills by the hour may sleep while its nodes do. */
export interface Activity {
  /** A request came. */
  stir(): void
  /** Seconds since the last one, or since the beginning. */
  idleFor(): number
}

/** @param clock Milliseconds, on a clock that only goes forwards. Default: the process's own. */
export function createActivity(clock: () => number = () => performance.now()): Activity {
  let last = clock()
  return {
    stir() {
      last = clock()
    },
    idleFor: () => (clock() - last) / 1000,
  }
}
