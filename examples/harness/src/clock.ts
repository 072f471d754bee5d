/** A clock that tests set: real time, plus what it has been advanced by. */
export interface Clock {
  /** Milliseconds since the epoch. */
  readonly now: () => number
  advance(seconds: number): void
}

/** Give `now` to the store and to the guards of one system, so that they agree on the time. */
export function createClock(): Clock {
  let ahead = 0
  return {
    now: () => Date.now() + ahead,
    advance(seconds) {
      ahead += seconds * 1000
    },
  }
}
