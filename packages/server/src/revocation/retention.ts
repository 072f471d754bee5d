import { raiseCounter } from '../store/raise-counter.js'
import type { CounterStore } from '../store/store.js'

/** Seconds: the longest lifetime that an access token may have; the guard's own limit too. */
export const longestAccessTokenLifetime = 86_400

/** Seconds that a guard may lag behind the store's clock. */
const clockTolerance = 60

/** Seconds that no entry outlives. */
export const longestRetention = longestAccessTokenLifetime + clockTolerance

/**
 * How long a revocation is kept: as long as the longest-lived access token that any node of this store has ever issued. Today's
 * lifetime is not enough: a session may hold a token from before the lifetime was shortened.
 */
export interface RevocationRetention {
  /**
   * Keeps the lifetime of this node's tokens in the store. The first token is issued after that.
   *
   * @returns undefined once it is there.
   */
  record(): Promise<void> | undefined
  /** Seconds for which an entry that is written now is kept. */
  seconds(): Promise<number>
}

/** @param lifetime Seconds that an access token of this node lives. */
export function createRevocationRetention(counters: CounterStore, lifetime: number): RevocationRetention {
  let recording: Promise<void> | undefined
  let recorded = false

  async function raise(): Promise<void> {
    try {
      await raiseCounter(counters, longestIssued, lifetime, forever)
      recorded = true
    } finally {
      recording = undefined
    }
  }

  return {
    record() {
      if (recorded) return undefined
      recording ??= raise()
      return recording
    },
    seconds: async () => retentionFor(Math.max(lifetime, await longestIssuedIn(counters))),
  }
}

/** Seconds for which revocations are kept in a store on which no auth server runs. @param least Seconds. */
export async function offlineRetention(counters: CounterStore, least: number): Promise<number> {
  return Math.max(least, retentionFor(await longestIssuedIn(counters)))
}

/** Two nodes that start at once may raise it too high for a moment. */
function retentionFor(lifetime: number): number {
  return Math.min(lifetime, longestAccessTokenLifetime) + clockTolerance
}

async function longestIssuedIn(counters: CounterStore): Promise<number> {
  return (await counters.add(longestIssued, 0, forever)).count
}

const longestIssued = 'longest access token lifetime'

/** Seconds. A counter needs an end. */
const forever = 100 * 365 * 86_400
