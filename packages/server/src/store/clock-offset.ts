import type { Store } from './store.js'

/** The difference between the store's clock and this machine's. */
export interface ClockOffset {
  /** Milliseconds to add to this machine's clock: the part of the difference that no measurement error can explain. */
  milliseconds(): number
  /** Reads from the store, and measures the offset by the `now` of the answer. */
  measure<T>(read: () => Promise<T>, nowOf: (answer: T) => number): Promise<T>
}

interface Measurement {
  /** Milliseconds that the store's clock is ahead. */
  readonly difference: number
  /** The maximum error in milliseconds: the store read its clock at some moment of the round trip. */
  readonly error: number
}

/** Milliseconds that the clocks may drift apart between two measurements. A larger change means that a clock was set. */
const maxDrift = 50

/** Milliseconds that each later measurement adds to the error of the best one, so that a newer one replaces it at last. */
const errorGrowth = 2

/** Milliseconds. Guards with the default tolerance refuse tokens of this server when the difference is not much larger. */
const warningThreshold = 2000

/**
 * Measures the offset with reads of the store that happen anyway. Keeps the measurement with the shortest round trip. A measurement
 * that contradicts it replaces it, because a clock was set.
 *
 * @param warn Called once, when the difference certainly exceeds 2 seconds.
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
      // If this machine's clock was set back during the read, nothing can be measured.
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
