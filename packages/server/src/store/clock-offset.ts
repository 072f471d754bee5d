import type { Store } from './store.js'

/** How far the store's clock is from this machine's. */
export interface ClockOffset {
  /** Milliseconds to add to this machine's clock: as much of the difference as is certain. */
  milliseconds(): number
  /** Reads from the store, and learns from the `now` of the answer. */
  measure<T>(read: () => Promise<T>, nowOf: (answer: T) => number): Promise<T>
}

interface Measurement {
  /** Milliseconds that the store's clock is ahead. */
  readonly difference: number
  /** How wrong that may be: the reading happened at some moment of the round trip. */
  readonly error: number
}

/** Milliseconds that two clocks may drift apart between two measurements that agree. */
const maxDrift = 50

/** Milliseconds that add to the error of an older measurement each time, so that it gives way in the end. */
const errorGrowth = 2

/** Milliseconds; from here on tokens of this server are refused by guards with the default tolerance, or nearly so. */
const warningThreshold = 2000

/**
 * Measures where the store's clock is read anyway. The most exact measurement of late counts, which is that of the shortest
 * round trip; one that contradicts it replaces it, because a clock was set.
 *
 * @param warn Called once, when the difference is above 2 seconds for certain.
 */
export function createClockOffset(warn: (message: string) => void, clock: () => number = Date.now): ClockOffset {
  let best: Measurement | undefined
  let warned = false

  function certainOffset(): number {
    if (!best) return 0
    return Math.sign(best.difference) * Math.max(0, Math.abs(best.difference) - best.error)
  }

  function addMeasurement(measurement: Measurement): void {
    const agrees =
      best && Math.abs(measurement.difference - best.difference) <= measurement.error + best.error + maxDrift
    best =
      !best || !agrees || measurement.error <= best.error ? measurement : { ...best, error: best.error + errorGrowth }
    if (warned || Math.abs(certainOffset()) < warningThreshold) return
    warned = true
    warn(warningFor(certainOffset()))
  }

  return {
    milliseconds: certainOffset,
    async measure(read, nowOf) {
      const before = clock()
      const answer = await read()
      const after = clock()
      // A machine's clock that was set back meanwhile measures nothing.
      if (after >= before)
        addMeasurement({ difference: nowOf(answer) - (before + after) / 2, error: (after - before) / 2 + 1 })
      return answer
    },
  }
}

/** The same store; its `now` also measures the offset. */
export function withMeasuredClock(store: Store, offset: ClockOffset): Store {
  return {
    ...store,
    now: () =>
      offset.measure(
        () => store.now(),
        (now) => now,
      ),
  }
}

function warningFor(milliseconds: number): string {
  const seconds = (Math.abs(milliseconds) / 1000).toFixed(1)
  return (
    `the database's clock is ${seconds} seconds ${milliseconds > 0 ? 'ahead of' : 'behind'} this machine's: synchronize both ` +
    '(NTP). Tokens are dated by the database, and guards without a revocation feed refuse them where clocks differ by more ' +
    'than their clockTolerance (5 seconds by default)'
  )
}
